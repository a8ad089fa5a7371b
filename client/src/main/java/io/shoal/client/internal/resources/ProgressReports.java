package io.shoal.client.internal.resources;

import io.shoal.client.Progress;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a user's {@link Progress} how a transfer goes on: one call at a time, on the callback
 * executor; what happens during a call is told by the next one. Thread-safe.
 */
public final class ProgressReports {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressReports.class);

  private final Progress progress;
  private final Callbacks callbacks;

  /** Bytes that were not told yet; a report is under way or queued as long as it is not 0. */
  private final AtomicLong untoldBytes = new AtomicLong();

  /** Makes one for a transfer. */
  public ProgressReports(Progress progress, Callbacks callbacks) {
    this.progress = progress;
    this.callbacks = callbacks;
  }

  /** Some more bytes are done. */
  public void advanced(long bytes) {
    if (bytes > 0 && progress != Progress.NONE && untoldBytes.getAndAdd(bytes) == 0) {
      callbacks.run(this::report);
    }
  }

  private void report() {
    long bytes = untoldBytes.get();
    try {
      progress.advanced(bytes);
    } catch (RuntimeException thrown) {
      LOG.warn("the listener to the progress of a transfer threw", thrown);
    }
    if (untoldBytes.addAndGet(-bytes) != 0) {
      callbacks.run(this::report);
    }
  }
}
