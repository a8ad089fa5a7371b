package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.command.NamespaceCommand.Rename;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.EntryTable;
import io.shoal.metadata.namespace.EntryTable.Entry;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.PathWalk;
import org.jspecify.annotations.Nullable;

/** Moves a file or directory: two rows change, whatever lies below. Rule C5. */
final class RenameHandler {
  private RenameHandler() {}

  static Reply rename(Context context, Rename command) {
    PathWalk source = PathWalk.of(context.state(), command.source());
    PathWalk destination = PathWalk.of(context.state(), command.destination());
    if (source.isRoot()) {
      throw Refusal.invalid(command.source(), "the root directory can't be moved");
    }
    Entry moved = source.requireEntry();
    if (source.names().equals(destination.names())) {
      return reply(context, moved);
    }
    if (moved.isDirectory() && destination.leadsThrough(moved.inodeId())) {
      throw new ShoalException(
          ErrorCode.WOULD_CYCLE,
          command.destination(),
          "lies within " + command.source() + ", which is to be moved there");
    }
    @Nullable Entry replaced = destination.entry();
    if (replaced != null) {
      checkReplace(context, command, moved, replaced);
    }
    InodeId from = source.requireParent();
    InodeId to = destination.requireParent();
    EntryTable.delete(context.state(), from, source.name());
    EntryTable.put(context.state(), to, destination.name(), moved);
    InodeTable.touch(context.state(), from, context.now());
    InodeTable.touch(context.state(), to, context.now());
    if (replaced != null) {
      InodeTable.remove(context.state(), replaced.inodeId(), context.now());
    }
    return reply(context, moved);
  }

  private static void checkReplace(Context context, Rename command, Entry moved, Entry replaced) {
    String path = command.destination();
    if (!command.overwrite()) {
      throw new ShoalException(
          ErrorCode.ALREADY_EXISTS, path, "the destination exists (expected: nothing there)");
    }
    if (moved.isDirectory() && !replaced.isDirectory()) {
      throw new ShoalException(
          ErrorCode.NOT_A_DIRECTORY, path, "is a file (expected: an empty directory or nothing)");
    }
    if (!moved.isDirectory() && replaced.isDirectory()) {
      throw new ShoalException(
          ErrorCode.IS_A_DIRECTORY, path, "is a directory (expected: a file or nothing)");
    }
    if (replaced.isDirectory() && !EntryTable.isEmpty(context.state(), replaced.inodeId())) {
      throw new ShoalException(
          ErrorCode.NOT_EMPTY, path, "the directory has entries (expected: none)");
    }
  }

  private static Reply reply(Context context, Entry moved) {
    return new Reply.OfFile(InodeTable.require(context.state(), moved.inodeId()).status());
  }
}
