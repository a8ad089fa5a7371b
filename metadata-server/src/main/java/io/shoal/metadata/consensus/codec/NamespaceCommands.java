package io.shoal.metadata.consensus.codec;

import io.shoal.common.id.InodeId;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.NamespaceCommand.Abandon;
import io.shoal.metadata.command.NamespaceCommand.Clone;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.NamespaceCommand.Fence;
import io.shoal.metadata.command.NamespaceCommand.Mkdirs;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.command.NamespaceCommand.Rename;
import io.shoal.metadata.command.NamespaceCommand.SetAttributes;
import io.shoal.metadata.command.NamespaceCommand.Truncate;
import io.shoal.proto.log.v1.AbandonCommand;
import io.shoal.proto.log.v1.CloneCommand;
import io.shoal.proto.log.v1.CommitCommand;
import io.shoal.proto.log.v1.CreateFileCommand;
import io.shoal.proto.log.v1.DeleteCommand;
import io.shoal.proto.log.v1.FenceCommand;
import io.shoal.proto.log.v1.LoggedCommand;
import io.shoal.proto.log.v1.MkdirsCommand;
import io.shoal.proto.log.v1.PublishValue;
import io.shoal.proto.log.v1.RenameCommand;
import io.shoal.proto.log.v1.SetAttributesCommand;
import io.shoal.proto.log.v1.TruncateCommand;

/** The commands about files and directories. */
final class NamespaceCommands {
  private NamespaceCommands() {}

  static void encode(NamespaceCommand command, LoggedCommand.Builder logged) {
    if (command instanceof Mkdirs mkdirs) {
      logged.setMkdirs(encode(mkdirs));
    } else if (command instanceof CreateFile create) {
      logged.setCreateFile(encode(create));
    } else if (command instanceof Commit commit) {
      logged.setCommit(encode(commit));
    } else if (command instanceof Abandon abandon) {
      logged.setAbandon(AbandonCommand.newBuilder().setInodeId(abandon.inodeId().value()));
    } else if (command instanceof Rename rename) {
      logged.setRename(encode(rename));
    } else if (command instanceof Delete delete) {
      logged.setDelete(
          DeleteCommand.newBuilder().setPath(delete.path()).setRecursive(delete.recursive()));
    } else if (command instanceof SetAttributes set) {
      logged.setSetAttributes(
          SetAttributesCommand.newBuilder()
              .setTarget(Values.encode(set.target()))
              .setAttributes(Values.encode(set.attributes())));
    } else if (command instanceof Clone copy) {
      logged.setClone(encode(copy));
    } else if (command instanceof Fence fence) {
      logged.setFence(FenceCommand.newBuilder().setTarget(Values.encode(fence.target())));
    } else if (command instanceof Truncate truncate) {
      logged.setTruncate(
          TruncateCommand.newBuilder()
              .setTarget(Values.encode(truncate.target()))
              .setLength(truncate.length()));
    } else {
      throw new IllegalStateException("command without a form in the log: " + command.getClass());
    }
  }

  static NamespaceCommand decode(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case MKDIRS -> decode(logged.getMkdirs());
      case CREATE_FILE -> decode(logged.getCreateFile());
      case COMMIT -> decode(logged.getCommit());
      case ABANDON -> new Abandon(new InodeId(logged.getAbandon().getInodeId()));
      case RENAME -> decode(logged.getRename());
      case DELETE -> new Delete(logged.getDelete().getPath(), logged.getDelete().getRecursive());
      case SET_ATTRIBUTES ->
          new SetAttributes(
              Values.decode(logged.getSetAttributes().getTarget()),
              Values.decode(logged.getSetAttributes().getAttributes()));
      case CLONE -> decode(logged.getClone());
      case FENCE -> new Fence(Values.decode(logged.getFence().getTarget()));
      case TRUNCATE ->
          new Truncate(
              Values.decode(logged.getTruncate().getTarget()), logged.getTruncate().getLength());
      default ->
          throw new IllegalArgumentException(
              "command: " + logged.getCommandCase() + " (expected: one of the namespace)");
    };
  }

  private static MkdirsCommand encode(Mkdirs mkdirs) {
    return MkdirsCommand.newBuilder()
        .setPath(mkdirs.path())
        .setAttributes(Values.encode(mkdirs.attributes()))
        .setParents(mkdirs.parents())
        .build();
  }

  private static Mkdirs decode(MkdirsCommand value) {
    return new Mkdirs(value.getPath(), Values.decode(value.getAttributes()), value.getParents());
  }

  private static CreateFileCommand encode(CreateFile create) {
    return CreateFileCommand.newBuilder()
        .setPath(create.path())
        .setPrecondition(Values.encode(create.precondition()))
        .setAttributes(Values.encode(create.attributes()))
        .setPolicy(Values.encode(create.policy()))
        .setParents(create.parents())
        .build();
  }

  private static CreateFile decode(CreateFileCommand value) {
    return new CreateFile(
        value.getPath(),
        Values.decode(value.getPrecondition()),
        Values.decode(value.getAttributes()),
        Values.decode(value.getPolicy()),
        value.getParents());
  }

  private static CommitCommand encode(Commit commit) {
    CommitCommand.Builder value =
        CommitCommand.newBuilder().setAttributes(Values.encode(commit.attributes()));
    if (commit.file() instanceof CommitFile.Existing existing) {
      value.setExisting(Values.encode(existing.version()));
    } else if (commit.file() instanceof CommitFile.Created created) {
      value.setCreated(encode(created.create()));
    }
    commit.chunks().forEach(chunk -> value.addChunks(Values.encode(chunk)));
    commit.extents().forEach(extent -> value.addExtents(Values.encode(extent)));
    Publish publish = commit.publish();
    if (publish != null) {
      value.setPublish(
          PublishValue.newBuilder()
              .setPath(publish.path())
              .setPrecondition(Values.encode(publish.precondition()))
              .setParents(publish.parents()));
    }
    return value.build();
  }

  private static Commit decode(CommitCommand value) {
    CommitFile file =
        switch (value.getFileCase()) {
          case EXISTING -> new CommitFile.Existing(Values.decode(value.getExisting()));
          case CREATED -> new CommitFile.Created(decode(value.getCreated()));
          case FILE_NOT_SET -> throw new IllegalArgumentException("commit: no file");
        };
    return new Commit(
        file,
        value.getChunksList().stream().map(Values::decode).toList(),
        value.getExtentsList().stream().map(Values::decode).toList(),
        value.hasPublish() ? decode(value.getPublish()) : null,
        Values.decode(value.getAttributes()));
  }

  private static Publish decode(PublishValue value) {
    return new Publish(value.getPath(), Values.decode(value.getPrecondition()), value.getParents());
  }

  private static RenameCommand encode(Rename rename) {
    return RenameCommand.newBuilder()
        .setSource(rename.source())
        .setDestination(rename.destination())
        .setOverwrite(rename.overwrite())
        .build();
  }

  private static Rename decode(RenameCommand value) {
    return new Rename(value.getSource(), value.getDestination(), value.getOverwrite());
  }

  private static CloneCommand encode(Clone copy) {
    return CloneCommand.newBuilder()
        .setSource(Values.encode(copy.source()))
        .setFileOffset(copy.fileOffset())
        .setExtentLimit(copy.extentLimit())
        .setDestination(Values.encode(copy.destination()))
        .build();
  }

  private static Clone decode(CloneCommand value) {
    return new Clone(
        Values.decode(value.getSource()),
        value.getFileOffset(),
        value.getExtentLimit(),
        Values.decode(value.getDestination()));
  }
}
