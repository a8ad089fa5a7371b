package io.shoal.common.transport;

import io.shoal.common.time.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a stream may take.
 *
 * @param idleTimeout longest wait for progress while something is outstanding
 * @param deadline end of the whole, progress or not; null for none
 */
public record StreamLimits(Duration idleTimeout, @Nullable Deadline deadline) {
  public StreamLimits {
    if (idleTimeout.isNegative() || idleTimeout.isZero()) {
      throw new IllegalArgumentException("idleTimeout: " + idleTimeout + " (expected: > 0)");
    }
  }

  /** Returns limits without a deadline. */
  public static StreamLimits idle(Duration idleTimeout) {
    return new StreamLimits(idleTimeout, null);
  }
}
