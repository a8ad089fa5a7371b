package io.shoal.client.internal.write;

import io.shoal.client.PutOptions;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
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
   * @return completes on any thread
   */
  public CompletableFuture<FileWriter> begin(String path, PutOptions options) {
    return defaults
        .complete(options.policy())
        .thenApply(policy -> begin(new FileTarget(path, options, policy)));
  }

  private FileWriter begin(FileTarget target) {
    FileWriter writer = new FileWriter(context, target);
    open.add(writer);
    writer.ended().whenComplete((nothing, failure) -> open.remove(writer));
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
