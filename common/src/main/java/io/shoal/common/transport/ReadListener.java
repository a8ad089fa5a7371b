package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import org.jspecify.annotations.Nullable;

/**
 * Gets the bytes of a range. Calls come one at a time, on an event loop or a thread that reads
 * files, and must not block.
 */
public interface ReadListener {
  /**
   * The next bytes.
   *
   * @param frame <em>taken</em> by the listener, which releases its payload
   */
  void onFrame(ReadFrame frame);

  /**
   * The stream has ended. Exactly once, and the last call.
   *
   * @param failure null if the whole range was delivered
   */
  void onClosed(@Nullable ShoalException failure);
}
