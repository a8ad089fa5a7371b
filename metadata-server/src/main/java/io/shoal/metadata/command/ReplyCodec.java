package io.shoal.metadata.command;

/**
 * Writes replies as bytes, to be kept for retries. Equal replies have equal bytes: they are part of
 * the replicated state.
 */
public interface ReplyCodec {
  /** Returns a reply as bytes. */
  byte[] encode(Reply reply);

  /**
   * Reads a reply.
   *
   * @throws IllegalStateException if the bytes are none, or of an unknown version
   */
  Reply decode(byte[] encoded);
}
