package io.shoal.client.internal.read;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.ChunkLocation;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.ExtentsReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Some rows of a file's map, in order and without gaps. */
final class ExtentPage {
  private final List<FileExtent> extents;

  private ExtentPage(List<FileExtent> extents) {
    this.extents = extents;
  }

  /**
   * Reads a page.
   *
   * @param path for messages
   * @throws ShoalException {@link ErrorCode#INTERNAL} if it is malformed
   */
  static ExtentPage of(String path, ExtentsReply message) {
    Map<Integer, ChunkReplicas.Node> nodes = ChunkReplicas.nodesOf(message.getNodesList());
    Map<Long, ChunkReplicas> chunks = new HashMap<>();
    for (ChunkLocation location : message.getChunksList()) {
      chunks.put(location.getChunkId(), ChunkReplicas.of(location, nodes));
    }
    List<FileExtent> extents = new ArrayList<>(message.getExtentsCount());
    long next = message.getExtentsCount() == 0 ? 0 : message.getExtents(0).getFileOffset();
    for (Extent extent : message.getExtentsList()) {
      ChunkReplicas chunk = chunks.get(extent.getChunkId());
      if (chunk == null || extent.getLength() <= 0 || extent.getFileOffset() != next) {
        throw new ShoalException(
            ErrorCode.INTERNAL,
            path,
            "extent at %d of %d bytes in chunk %x (expected: one at %d whose chunk is described)"
                .formatted(extent.getFileOffset(), extent.getLength(), extent.getChunkId(), next));
      }
      extents.add(
          new FileExtent(
              extent.getFileOffset(), extent.getLength(), chunk, extent.getChunkOffset()));
      next += extent.getLength();
    }
    return new ExtentPage(extents);
  }

  boolean isEmpty() {
    return extents.isEmpty();
  }

  /** Returns where the first row begins; there is one. */
  long begin() {
    return extents.get(0).fileOffset();
  }

  /** Returns the row that holds a byte; null if none does. */
  @Nullable FileExtent find(long position) {
    int low = 0;
    int high = extents.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      FileExtent extent = extents.get(middle);
      if (extent.holds(position)) {
        return extent;
      }
      if (extent.fileOffset() > position) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return null;
  }
}
