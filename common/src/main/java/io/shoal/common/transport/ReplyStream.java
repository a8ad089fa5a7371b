package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * The answers to one request. Any thread may call it; after the stream has ended, from either side,
 * every call is without effect.
 *
 * @param <T> what is sent; if it owns a buffer, sending it <em>takes</em> that
 */
public interface ReplyStream<T> {
  /**
   * Tells whether a reply would be sent on instead of waiting in memory. When it turns true again,
   * {@link ReplySource#onReady} or {@link WriteSink#onReady} is called.
   */
  boolean isReady();

  /** Sends a reply. */
  void send(T reply);

  /** Sends the last reply and ends the stream successfully. */
  void finish(T last);

  /** Ends the stream successfully, behind everything that was sent. */
  void finish();

  /** Ends the stream with a failure, behind everything that was sent. */
  void fail(ShoalException failure);
}
