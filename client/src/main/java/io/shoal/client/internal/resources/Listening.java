package io.shoal.client.internal.resources;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens to futures whose outcome goes somewhere else than into another future. */
public final class Listening {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  private Listening() {}

  /**
   * Calls a listener when a future is complete, on the thread that completes it, or at once if it
   * is complete already. What the listener throws is a defect, and nobody holds a future that could
   * fail with it: it is logged.
   *
   * @param listener gets the result or the failure; the other one is null
   */
  public static <T> void to(
      CompletableFuture<T> future, BiConsumer<? super T, ? super Throwable> listener) {
    var unused =
        future.whenComplete(
            (result, failure) -> {
              try {
                listener.accept(result, failure);
              } catch (RuntimeException | Error defect) {
                LOG.error("a listener to a future threw", defect);
                throw defect;
              }
            });
  }
}
