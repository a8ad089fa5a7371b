package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * A stream that delivers messages as they are asked for: the frames of a range or the pages of an
 * inventory. Any thread may call its methods.
 */
public interface ReadStream {
  /**
   * Asks for further messages. What was not asked for waits in the node and, up to the stream's
   * window, in this end's memory; it delays no other stream.
   *
   * @param count how many, at least 1; adds up
   */
  void request(int count);

  /**
   * Ends the stream at once. A message that is being delivered on another thread meanwhile is the
   * last one. The listener gets the reason as its failure, if the stream had not ended already.
   */
  void cancel(ShoalException reason);
}
