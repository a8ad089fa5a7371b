package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import org.jspecify.annotations.Nullable;

/** A reply on the stream of small calls. */
sealed interface ExchangeReply {
  /** Returns the number of the call that it answers. */
  long call();

  /** Tells whether nothing more comes for the call. */
  boolean last();

  /** Gives up what the reply owns. */
  default void release() {}

  /** How far a chunk has come. */
  record Acknowledged(long call, boolean last, WriteAck ack) implements ExchangeReply {}

  /** A part of a range. */
  record Delivered(long call, boolean last, ReadFrame frame) implements ExchangeReply {
    @Override
    public void release() {
      frame.release();
    }
  }

  /**
   * The call has ended, and nothing comes with the end.
   *
   * @param failure null if it succeeded
   */
  record Ended(long call, @Nullable ShoalException failure) implements ExchangeReply {
    @Override
    public boolean last() {
      return true;
    }
  }
}
