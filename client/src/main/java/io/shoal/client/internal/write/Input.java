package io.shoal.client.internal.write;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** What a caller asked of a writer, in the order of the calls. Completed in the file's shard. */
sealed interface Input {
  /**
   * Bytes to be copied into frames.
   *
   * @param data a view with a position of its own; the bytes are borrowed
   */
  record Bytes(ByteBuffer data, CompletableFuture<Void> taken) implements Input {}

  /**
   * A frame that is filled already.
   *
   * @param frame owned by the input
   */
  record Filled(Frame frame, CompletableFuture<Void> taken) implements Input {}

  /** The wish that everything before it be durable and visible. */
  record Flush(CompletableFuture<Long> done) implements Input {}

  /** The end of the file. */
  record Close() implements Input {}
}
