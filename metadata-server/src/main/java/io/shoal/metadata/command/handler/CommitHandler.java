package io.shoal.metadata.command.handler;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.AttributeRules;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.Life;
import io.shoal.metadata.namespace.PathWalk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one transaction that makes bytes part of a file: chunks grow, extents are added, the
 * generation rises, and the file becomes visible if that is asked. Rules C1, C3, C4.
 */
final class CommitHandler {
  /** Most chunks, and most extents, in one commit. */
  static final int COMMIT_LIMIT = 4_096;

  private CommitHandler() {}

  static Reply commit(Context context, Commit command) {
    if (command.chunks().size() > COMMIT_LIMIT) {
      throw Refusal.limit("chunks in a commit", command.chunks().size(), COMMIT_LIMIT);
    }
    if (command.extents().size() > COMMIT_LIMIT) {
      throw Refusal.limit("extents in a commit", command.extents().size(), COMMIT_LIMIT);
    }
    CreateFile create =
        command.file() instanceof CommitFile.Created created ? created.create() : null;
    @Nullable InodeRow before =
        command.file() instanceof CommitFile.Existing existing
            ? Inodes.findFile(context, existing.version())
            : null;
    InodeRow file = before != null ? before : fresh(context, create, command.publish());

    Map<ChunkId, ChunkCommit> chunks = byId(command.chunks());
    checkWithin(command.extents(), chunks);
    Appender.Appended appended = Appender.append(context.state(), file, command.extents());
    for (ChunkCommit chunk : command.chunks()) {
      int added = appended.references().getOrDefault(chunk.grant().chunkId(), 0);
      ChunkRules.commit(context, file, chunk, added);
    }

    boolean keepTime = create != null && create.attributes().modifiedAtMillis() != null;
    FileStatus status = file.status();
    if (!command.extents().isEmpty()) {
      status = status.resized(appended.length());
      status = keepTime ? status : status.modifiedAt(context.now());
    }
    InodeRow after = file.withStatus(AttributeRules.apply(status, command.attributes()));
    Publish publish = command.publish();
    if (publish != null) {
      after = publish(context, after, publish);
    }
    if (before == null) {
      InodeTable.insert(context.state(), after);
    } else {
      InodeTable.replace(context.state(), before, after);
    }
    return new Reply.OfFile(after.status());
  }

  private static InodeRow fresh(
      Context context, @Nullable CreateFile create, @Nullable Publish publish) {
    if (create == null) {
      throw new IllegalStateException("a commit of neither a new file nor one that exists");
    }
    if (publish == null) {
      PathWalk walk = PathWalk.of(context.state(), create.path());
      Publisher.check(context, walk, create.precondition(), create.parents());
    }
    return Inodes.freshFile(context, create.policy(), create.attributes());
  }

  private static InodeRow publish(Context context, InodeRow file, Publish publish) {
    if (!(file.life() instanceof Life.Pending)) {
      throw Refusal.invalid(publish.path(), "the file is visible already (expected: pending)");
    }
    Publisher.publish(context, file.status(), publish);
    return file.withLife(Life.VISIBLE);
  }

  private static Map<ChunkId, ChunkCommit> byId(List<ChunkCommit> commits) {
    Map<ChunkId, ChunkCommit> chunks = new LinkedHashMap<>();
    for (ChunkCommit commit : commits) {
      ChunkId chunkId = commit.grant().chunkId();
      if (chunks.put(chunkId, commit) != null) {
        throw Refusal.invalid("chunk " + chunkId, "the commit names the chunk twice");
      }
    }
    return chunks;
  }

  private static void checkWithin(List<Extent> extents, Map<ChunkId, ChunkCommit> chunks) {
    for (Extent extent : extents) {
      String subject = "chunk " + extent.chunkId();
      ChunkCommit commit = chunks.get(extent.chunkId());
      if (commit == null) {
        throw Refusal.invalid(subject, "an extent names a chunk that the commit does not");
      }
      if (extent.length() < 1 || extent.chunkOffset() < 0 || extent.chunkEnd() > commit.length()) {
        throw Refusal.invalid(
            subject,
            "extent of "
                + extent.length()
                + " bytes at "
                + extent.chunkOffset()
                + " (expected: at least 1 byte, within the "
                + commit.length()
                + " bytes that are committed)");
      }
    }
  }
}
