package io.shoal.client.internal.write;

import io.shoal.client.FilePolicy;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.StatReply;
import io.shoal.proto.v1.StatRequest;
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
          hand(path, begin(FileTarget.fresh(path, options, policy)), begun);
        });
    return Cancellation.forward(begun, asked);
  }

  /**
   * Makes a writer that goes on at the end of a file, which stays visible; it has the generation
   * that the file has now, so that whoever else commits to the file ends it (rule C3).
   *
   * @param path normal
   * @return completes on any thread; may be cancelled
   */
  public CompletableFuture<FileWriter> append(String path) {
    CompletableFuture<StatReply> asked =
        context
            .metadata()
            .stat(
                StatRequest.newBuilder().setTarget(ProtoMapping.targetOf(path)).build(),
                context.resources().metadataDeadline());
    CompletableFuture<FileWriter> begun = new CompletableFuture<>();
    Listening.to(
        asked,
        (reply, failure) -> {
          if (failure != null) {
            begun.completeExceptionally(ShoalException.of(failure));
          } else if (reply.getStatus().getType() != FileType.FILE_TYPE_FILE) {
            begun.completeExceptionally(
                new ShoalException(
                    ErrorCode.IS_A_DIRECTORY, path, "is a directory (expected: a file)"));
          } else {
            hand(path, begin(FileTarget.endOf(path, reply.getStatus())), begun);
          }
        });
    return Cancellation.forward(begun, asked);
  }

  private static void hand(String path, FileWriter writer, CompletableFuture<FileWriter> begun) {
    if (!begun.complete(writer)) {
      writer.stop(new ShoalException(ErrorCode.CANCELLED, path, "nobody wants it any more"));
    }
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
