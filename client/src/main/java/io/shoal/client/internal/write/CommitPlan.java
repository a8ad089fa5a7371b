package io.shoal.client.internal.write;

import io.shoal.proto.v1.ChunkCommit;
import io.shoal.proto.v1.Extent;
import java.util.List;

/**
 * What the next commit of a file says: a run of chunks from the first that has news, and the
 * extents by which the file grows. Stays as it is while the chunks go on.
 *
 * @param fileLength of the file with these extents
 * @param everything whether nothing that was written before is left out, and no chunk stays open
 * @param due whether half of a grant's life has passed (rule G3)
 */
record CommitPlan(List<Part> parts, long fileLength, boolean everything, boolean due) {
  CommitPlan {
    parts = List.copyOf(parts);
  }

  /**
   * One chunk's part.
   *
   * @param message what the commit says of the chunk
   */
  record Part(ChunkWriter chunk, ChunkCommit message) {
    static Part of(ChunkWriter chunk) {
      return new Part(chunk, chunk.commit());
    }

    int newBytes() {
      return message.getLength() - chunk.committedBytes();
    }

    Extent extent() {
      return Extent.newBuilder()
          .setFileOffset(chunk.fileOffset() + chunk.committedBytes())
          .setLength(newBytes())
          .setChunkId(chunk.id().value())
          .setChunkOffset(chunk.committedBytes())
          .build();
    }

    /** Says to the chunk that the commit was made. */
    void committed() {
      chunk.committed(message.getLength(), message.getSeal());
    }
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Returns how many chunks are sealed by it. */
  int sealed() {
    return (int) parts.stream().filter(part -> part.message().getSeal()).count();
  }

  List<ChunkCommit> chunks() {
    return parts.stream().map(Part::message).toList();
  }

  List<Extent> extents() {
    return parts.stream().filter(part -> part.newBytes() > 0).map(Part::extent).toList();
  }
}
