package io.shoal.common.transport;

/** A request on the stream of small calls. */
sealed interface ExchangeRequest {
  /** Most bytes of a chunk that is written, or of a range that is read, in a small call. */
  int LIMIT_BYTES = 256 << 10;

  /** Returns the number of the call, which is unique on its stream. */
  long call();

  /** Gives up what the request owns. */
  default void release() {}

  /**
   * A whole chunk.
   *
   * @param frame with an opening and the finish
   */
  record Write(long call, WriteFrame frame) implements ExchangeRequest {
    /** Tells whether a frame is a whole chunk, and small. */
    static boolean fits(WriteFrame frame) {
      return frame.opening() != null && frame.finish() && frame.length() <= LIMIT_BYTES;
    }

    @Override
    public void release() {
      frame.release();
    }
  }

  /** A range. */
  record Read(long call, ReadRange range) implements ExchangeRequest {
    /** Tells whether a range is small. */
    static boolean fits(ReadRange range) {
      return range.length() <= LIMIT_BYTES;
    }
  }

  /** Nobody waits for the call any more. */
  record Cancel(long call) implements ExchangeRequest {}
}
