package io.shoal.metadata.command.handler;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.ExtentTable;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.store.StateWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Adds extents to the end of a file's map; what continues the last one lengthens that. */
final class Appender {
  private static final long FILE_LIMIT_BYTES = 1L << 60;

  private Appender() {}

  /**
   * What came of it.
   *
   * @param length of the file
   * @param references rows that were added for each chunk
   */
  record Appended(long length, Map<ChunkId, Integer> references) {}

  static Appended append(StateWriter state, InodeRow file, List<Extent> extents) {
    InodeId inodeId = file.inodeId();
    long length = file.status().length();
    Map<ChunkId, Integer> references = new TreeMap<>();
    @Nullable Extent last = length == 0 ? null : ExtentTable.floor(state, inodeId, length - 1);
    for (Extent extent : extents) {
      if (extent.fileOffset() != length) {
        throw Refusal.invalid(
            "inode " + inodeId,
            "extent at offset " + extent.fileOffset() + " (expected: " + length + ")");
      }
      if (length > FILE_LIMIT_BYTES - extent.length()) {
        throw Refusal.limit("bytes of a file", length + extent.length(), FILE_LIMIT_BYTES);
      }
      if (last != null && continues(last, extent)) {
        last =
            new Extent(
                last.fileOffset(),
                last.length() + extent.length(),
                last.chunkId(),
                last.chunkOffset());
      } else {
        last = extent;
        references.merge(extent.chunkId(), 1, Integer::sum);
      }
      ExtentTable.put(state, inodeId, last);
      length += extent.length();
    }
    return new Appended(length, references);
  }

  private static boolean continues(Extent last, Extent next) {
    return last.chunkId().equals(next.chunkId())
        && last.chunkEnd() == next.chunkOffset()
        && last.fileEnd() == next.fileOffset();
  }
}
