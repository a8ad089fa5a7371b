package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * A chunk on its way to one node. Its methods are called by one thread at a time, except {@link
 * #cancel} and {@link #isReady}, which any thread may call.
 */
public interface WriteStream {
  /**
   * Tells whether a frame would be sent on instead of waiting in memory. A caller that sends while
   * this is false is not refused, but fills the memory: it waits for {@link WriteListener#onReady}
   * instead.
   */
  boolean isReady();

  /**
   * Sends a frame. Silently drops it if the stream has ended, for its end may cross the frame.
   *
   * @param frame <em>taken</em>: one reference to its payload is released when the bytes have been
   *     handed on, or dropped
   */
  void send(WriteFrame frame);

  /** Says that no further frame comes. The node answers what is outstanding and ends the stream. */
  void halfClose();

  /**
   * Ends the stream at once. The listener gets the reason as its failure, if the stream had not
   * ended already.
   */
  void cancel(ShoalException reason);
}
