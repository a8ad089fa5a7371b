package io.shoal.common.transport;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that the pages of an inventory are sorted. */
final class InventoryInbox implements GrpcReadStream.Inbox<List<ChunkReport>> {
  private final HostPort node;
  private final InventoryListener listener;
  private long last;

  InventoryInbox(HostPort node, long afterChunkId, InventoryListener listener) {
    this.node = node;
    this.last = afterChunkId;
    this.listener = listener;
  }

  @Override
  public void accept(List<ChunkReport> page) {
    for (ChunkReport report : page) {
      long id = report.chunkId().value();
      if (Long.compareUnsigned(id, last) <= 0) {
        throw new ShoalException(
            ErrorCode.INTERNAL,
            node.toString(),
            "inventory: chunk %x after %x (expected: a higher id)".formatted(id, last));
      }
      last = id;
    }
    listener.onPage(page);
  }

  @Override
  public void discard(List<ChunkReport> page) {
    // Owns no buffer.
  }

  @Override
  public boolean complete() {
    return false;
  }

  @Override
  public void closed(@Nullable ShoalException failure) {
    listener.onClosed(failure);
  }
}
