package io.shoal.common.transport;

/** The acknowledgements to one writer, and the control of how fast its frames come. */
public interface WriteReplies extends ReplyStream<WriteAck> {
  /**
   * Asks for further frames. What was not asked for waits with the writer and, up to the stream's
   * window, in the memory of the transport.
   *
   * @param count how many, at least 1; adds up
   */
  void request(int count);
}
