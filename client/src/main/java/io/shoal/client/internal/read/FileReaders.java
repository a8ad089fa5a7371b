package io.shoal.client.internal.read;

import io.shoal.client.FileStatus;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.OpenRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Opens files for reading and knows those that are open. Thread-safe. */
public final class FileReaders {
  private final ReadContext context;
  private final Set<FileReader> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Makes one without readers. */
  public FileReaders(ReadContext context) {
    this.context = context;
  }

  /**
   * Opens a file, in the generation that it has now.
   *
   * @param path normal
   * @return completes on any thread; cancelling it cancels the call
   */
  public CompletableFuture<FileReader> open(String path) {
    OpenRequest request =
        OpenRequest.newBuilder()
            .setTarget(ProtoMapping.targetOf(path))
            .setExtentLimit(context.settings().pageExtents())
            .build();
    CompletableFuture<OpenReply> call =
        context.metadata().open(request, context.resources().metadataDeadline());
    CompletableFuture<FileReader> result = new CompletableFuture<>();
    Listening.to(
        call,
        (reply, failure) -> {
          try {
            if (failure != null) {
              throw ShoalException.of(failure);
            }
            FileReader reader = opened(path, reply);
            if (!result.complete(reader)) {
              reader.stop(
                  new ShoalException(ErrorCode.CANCELLED, path, "nobody wants it any more"));
            }
          } catch (ShoalException e) {
            result.completeExceptionally(e);
          }
        });
    return Cancellation.forward(result, call);
  }

  private FileReader opened(String path, OpenReply reply) {
    FileStatus status = ProtoMapping.statusOf(path, reply.getStatus());
    if (status.isDirectory()) {
      throw new ShoalException(ErrorCode.IS_A_DIRECTORY, path, "is a directory (expected: a file)");
    }
    FileReader reader =
        new FileReader(
            context.withMetadata(context.metadata().since(reply.getLogIndex())),
            status,
            ExtentPage.of(path, reply.getFirst()));
    open.add(reader);
    Listening.to(reader.ended(), (nothing, failure) -> open.remove(reader));
    if (closed) {
      reader.stop(clientClosed());
    }
    return reader;
  }

  /** Stops all readers; completes when nothing of them is left. */
  public CompletableFuture<Void> close() {
    closed = true;
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (FileReader reader : open) {
      reader.stop(clientClosed());
      ends.add(reader.ended());
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }

  private static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client was closed");
  }
}
