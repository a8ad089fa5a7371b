package io.shoal.metadata.command.handler;

import io.shoal.metadata.command.NamespaceCommand.Truncate;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.ExtentTable;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.store.StateWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes off the end of a file. The extents that go move to an inode that is removed already:
 * so their chunks stay for the grace period, for readers that have opened the file, and are given
 * back in bounded steps as those of deleted files are. Rules C3, C6, R2.
 */
final class TruncateHandler {
  /** Most extents that one command takes off. */
  static final int EXTENT_LIMIT = 1_024;

  private TruncateHandler() {}

  static Reply truncate(Context context, Truncate command) {
    InodeRow before = Inodes.find(context, command.target());
    String subject = command.target().toString();
    if (before.isDirectory()) {
      throw Refusal.isDirectory(subject);
    }
    long length = before.status().length();
    if (command.length() < 0 || command.length() > length) {
      throw Refusal.invalid(
          subject, "length: " + command.length() + " (expected: 0 to " + length + ")");
    }
    if (command.length() == length) {
      return new Reply.OfFile(before.status());
    }
    ChunkRules.sealAll(context, before);
    List<Extent> tail =
        ExtentTable.tail(context.state(), before.inodeId(), command.length(), EXTENT_LIMIT);
    if (!tail.isEmpty()) {
      moveToRemoved(context, before, tail);
    }
    long left =
        tail.size() == EXTENT_LIMIT
            ? tail.get(EXTENT_LIMIT - 1).fileOffset()
            : shortenLast(context.state(), before, command.length());
    FileStatus shorter = before.status().resized(left).modifiedAt(context.now());
    InodeTable.replace(context.state(), before, before.altered(shorter));
    return new Reply.OfFile(shorter);
  }

  private static void moveToRemoved(Context context, InodeRow file, List<Extent> extents) {
    FileStatus status = file.status().as(Inodes.takeId(context));
    InodeRow removed =
        new InodeRow(status, InodeTable.removedNow(context.state(), context.now()), 0);
    InodeTable.insert(context.state(), removed);
    for (Extent extent : extents) {
      ExtentTable.delete(context.state(), file.inodeId(), extent.fileOffset());
      ExtentTable.put(context.state(), removed.inodeId(), extent);
    }
  }

  /** Cuts the extent that goes beyond a length, if one does; returns the length. */
  private static long shortenLast(StateWriter state, InodeRow file, long length) {
    @Nullable Extent last =
        length == 0 ? null : ExtentTable.floor(state, file.inodeId(), length - 1);
    if (last != null && last.fileEnd() > length) {
      int kept = (int) (length - last.fileOffset());
      Extent shorter = new Extent(last.fileOffset(), kept, last.chunkId(), last.chunkOffset());
      ExtentTable.put(state, file.inodeId(), shorter);
    }
    return length;
  }
}
