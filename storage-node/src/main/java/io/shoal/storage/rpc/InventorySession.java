package io.shoal.storage.rpc;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.transport.ChunkReport;
import io.shoal.common.transport.ReplySource;
import io.shoal.common.transport.ReplyStream;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.volume.ChunkStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the node holds, a page at a time: the next one is asked for when the stream takes
 * more.
 */
final class InventorySession implements ReplySource {
  private static final int PAGE_CHUNKS = 1_000;

  private final ChunkStore store;
  private final ReplyStream<List<ChunkReport>> replies;
  private @Nullable ChunkId last;
  private boolean asking;
  private boolean ended;

  InventorySession(
      ChunkStore store, @Nullable ChunkId after, ReplyStream<List<ChunkReport>> replies) {
    this.store = store;
    this.last = after;
    this.replies = replies;
  }

  @Override
  public void onReady() {
    @Nullable ChunkId after;
    synchronized (this) {
      if (ended || asking || !replies.isReady()) {
        return;
      }
      asking = true;
      after = last;
    }
    var unused = store.inventory(after, PAGE_CHUNKS).whenComplete(this::answered);
  }

  @Override
  public synchronized void onAborted(ShoalException reason) {
    ended = true;
  }

  private void answered(@Nullable List<ChunkDescription> page, @Nullable Throwable failure) {
    if (page == null) {
      replies.fail(
          ShoalException.of(failure == null ? new IllegalStateException("no page") : failure));
      return;
    }
    if (!page.isEmpty()) {
      replies.send(ChunkReports.of(page));
    }
    synchronized (this) {
      asking = false;
      ended |= page.size() < PAGE_CHUNKS;
      if (!page.isEmpty()) {
        last = page.get(page.size() - 1).chunk();
      }
      if (ended) {
        replies.finish();
      }
    }
    onReady();
  }
}
