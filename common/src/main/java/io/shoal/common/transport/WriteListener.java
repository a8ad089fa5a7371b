package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import org.jspecify.annotations.Nullable;

/**
 * Hears how the writing of a chunk goes on. Calls come one at a time, on an event loop, and must
 * not block.
 */
public interface WriteListener {
  /** The stream became ready for more; {@link WriteStream#isReady} may be false again meanwhile. */
  void onReady();

  /** The node took over more bytes, made more durable, or told where the chunk stands. */
  void onAck(WriteAck ack);

  /**
   * The stream has ended. Exactly once, and the last call.
   *
   * @param failure null if the node ended the stream after all was done
   */
  void onClosed(@Nullable ShoalException failure);
}
