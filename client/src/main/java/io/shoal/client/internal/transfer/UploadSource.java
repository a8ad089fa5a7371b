package io.shoal.client.internal.transfer;

import io.shoal.client.PutOptions;
import io.shoal.client.internal.write.FileWriter;
import java.util.concurrent.CompletableFuture;

/** Where the bytes of a put come from. */
interface UploadSource {
  /** The length of a source that does not know it. */
  long UNKNOWN_LENGTH = -1;

  /**
   * What is known before the first byte.
   *
   * @param options those of the caller, completed by the source's attributes if they are kept
   * @param lengthBytes or {@link #UNKNOWN_LENGTH}
   */
  record Prepared(PutOptions options, long lengthBytes) {}

  /** Makes sure that there is something to be read. Completes on any thread. */
  CompletableFuture<Prepared> prepare();

  /** Begins to hand bytes to a writer, and closes it behind the last or stops it. */
  void feed(FileWriter writer);

  /**
   * Lets go of everything; the writer has ended, or there will be none. Called once.
   *
   * @return completes when nothing is held any more
   */
  CompletableFuture<Void> release();
}
