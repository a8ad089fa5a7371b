package io.shoal.client.internal.read;

import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What streams may fetch ahead of their subscribers. A subscriber may ask for nothing for ever, and
 * what was fetched for it stays in memory; so all streams together get half of the read budget and
 * nobody waits for a part of it. Thread-safe.
 */
final class ReadAhead {
  private final Permits reads;
  private final long maxBytes;
  private final AtomicLong heldBytes = new AtomicLong();

  ReadAhead(Permits reads) {
    this.reads = reads;
    this.maxBytes = reads.limits().maxBytes() / 2;
  }

  /** Takes bytes if there is room; otherwise returns null. */
  @Nullable Share tryTake(long bytes) {
    if (heldBytes.addAndGet(bytes) <= maxBytes) {
      Permit permit = reads.tryAcquire(bytes);
      if (permit != null) {
        return new Share(permit);
      }
    }
    heldBytes.addAndGet(-bytes);
    return null;
  }

  /** Bytes that were taken. Not thread-safe: one owner. */
  final class Share {
    private final Permit permit;

    private Share(Permit permit) {
      this.permit = permit;
    }

    /** Gives some back. */
    void giveBack(long bytes) {
      heldBytes.addAndGet(-bytes);
      permit.release(bytes);
    }

    /** Gives back what is left. */
    void giveBackAll() {
      heldBytes.addAndGet(-permit.bytes());
      permit.release();
    }
  }
}
