package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * Takes the frames of one writer. Calls come one at a time, on an event loop, and must not block.
 */
public interface WriteSink {
  /**
   * The next frame, one for each that was requested.
   *
   * @param frame <em>taken</em> by the sink, which releases its payload
   */
  void onFrame(WriteFrame frame);

  /** The writer sends nothing more; it waits for the end of the stream. */
  void onEnd();

  /** The stream of acknowledgements became ready for more. */
  void onReady();

  /**
   * The stream ended without {@link #onEnd}, or afterwards before it was answered: the writer is
   * gone, or it sent what is no frame. Called at most once, last.
   */
  void onAborted(ShoalException reason);
}
