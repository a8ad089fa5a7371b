package io.shoal.client.internal.write;

import io.shoal.client.FilePolicy;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Makes writers and knows those that have not ended. Thread-safe. */
public final class FileWriters {
  private final WriteContext context;
  private final ClusterDefaults defaults;
  private final Set<FileWriter> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Makes one without writers. */
  public FileWriters(WriteContext context, ClusterDefaults defaults) {
    this.context = context;
    this.defaults = defaults;
  }

  /**
   * Makes a writer; nothing is known of the file until {@link FileWriter#create} or the first
   * commit.
   *
   * @param path normal
   * @return completes on any thread; may be cancelled
   */
  public CompletableFuture<FileWriter> begin(String path, PutOptions options) {
    CompletableFuture<FilePolicy> asked = defaults.complete(options.policy());
    CompletableFuture<FileWriter> begun = new CompletableFuture<>();
    Listening.to(
        asked,
        (policy, failure) -> {
          if (failure != null) {
            begun.completeExceptionally(ShoalException.of(failure));
            return;
          }
          FileWriter writer = begin(new FileTarget(path, options, policy));
          if (!begun.complete(writer)) {
            writer.stop(new ShoalException(ErrorCode.CANCELLED, path, "nobody wants it any more"));
          }
        });
    return Cancellation.forward(begun, asked);
  }

  /**
   * Returns how much of the write budget one file takes when it is written at full speed.
   *
   * @param lengthBytes of the file; negative if it is not known
   */
  public long reserveBytes(long lengthBytes) {
    return lengthBytes < 0
        ? context.settings().frameBytes()
        : Math.min(lengthBytes, context.settings().durableIntervalBytes());
  }

  private FileWriter begin(FileTarget target) {
    FileWriter writer = new FileWriter(context, target);
    open.add(writer);
    Listening.to(writer.ended(), (nothing, failure) -> open.remove(writer));
    if (closed) {
      writer.stop(clientClosed());
    }
    return writer;
  }

  /** Stops all writers; completes when nothing of them is left. */
  public CompletableFuture<Void> close() {
    closed = true;
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (FileWriter writer : open) {
      writer.stop(clientClosed());
      ends.add(writer.ended());
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }

  private static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client was closed");
  }
}
