package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.NamespaceCommand.Mkdirs;
import io.shoal.metadata.command.NamespaceCommand.SetAttributes;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.AttributeRules;
import io.shoal.metadata.namespace.EntryTable;
import io.shoal.metadata.namespace.EntryTable.Entry;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.PathWalk;

/** What stands where in the namespace. Rule C5. */
final class NamespaceHandler {
  private NamespaceHandler() {}

  static Reply mkdirs(Context context, Mkdirs command) {
    PathWalk walk = PathWalk.of(context.state(), command.path());
    Entry there = walk.entry();
    if (there != null) {
      if (!command.parents() || !there.isDirectory()) {
        throw new ShoalException(
            ErrorCode.ALREADY_EXISTS,
            command.path(),
            "a " + (there.isDirectory() ? "directory" : "file") + " stands there");
      }
      return made(context, there.inodeId(), 0);
    }
    if (!command.parents()) {
      walk.requireParent();
    }
    int depth = walk.names().size();
    InodeId made = Inodes.makeDirectories(context, walk, depth, command.attributes());
    return made(context, made, depth - walk.found().size());
  }

  private static Reply made(Context context, InodeId directory, int created) {
    return new Reply.DirectoryMade(
        InodeTable.require(context.state(), directory).status(), created);
  }

  static Reply delete(Context context, Delete command) {
    PathWalk walk = PathWalk.of(context.state(), command.path());
    if (walk.isRoot()) {
      throw Refusal.invalid(command.path(), "the root directory can't be deleted");
    }
    Entry entry = walk.requireEntry();
    if (entry.isDirectory()
        && !command.recursive()
        && !EntryTable.isEmpty(context.state(), entry.inodeId())) {
      throw new ShoalException(
          ErrorCode.NOT_EMPTY,
          command.path(),
          "the directory has entries (expected: none, or recursive)");
    }
    // Rule C6: what lies below is out of reach with its root.
    InodeId parent = walk.requireParent();
    EntryTable.delete(context.state(), parent, walk.name());
    InodeTable.touch(context.state(), parent, context.now());
    InodeTable.remove(context.state(), entry.inodeId(), context.now());
    return Reply.DONE;
  }

  static Reply setAttributes(Context context, SetAttributes command) {
    InodeRow before = Inodes.find(context, command.target());
    InodeRow after = before.withStatus(AttributeRules.apply(before.status(), command.attributes()));
    InodeTable.replace(context.state(), before, after);
    return new Reply.OfFile(after.status());
  }
}
