package io.shoal.benchmarks.shoal;

import io.shoal.benchmarks.store.FileStore;
import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.ClientConfig;
import io.shoal.client.DirectoryPage;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ReadOperations;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** The adapter for Shoal. */
public final class ShoalStore implements FileStore {
  /** Most entries in a page, so that the workloads' directories are one. */
  private static final int LIST_LIMIT = 4_096;

  /** As on another machine than the nodes', which is what most rows are about. */
  private final ShoalClient client;

  /** Does what a client on the machine of a replica does. */
  private final ShoalClient localClient;

  private final PutOptions options;

  private ShoalStore(ShoalClient client, ShoalClient localClient, PutOptions options) {
    this.client = client;
    this.localClient = localClient;
    this.options = options;
  }

  /**
   * Opens clients with their defaults, one of them without local reads.
   *
   * @param metadataServers {@code host:port}, separated by commas
   * @param level of all that is written
   */
  public static ShoalStore connect(String metadataServers, AckLevel level) {
    ClientConfig config =
        ClientConfig.forCluster(metadataServers.split(",", -1)).withClientName("shoal-bench");
    return new ShoalStore(
        ShoalClient.create(config.withLocalReads(false)),
        ShoalClient.create(config),
        PutOptions.DEFAULT.withPolicy(FilePolicy.DEFAULT.withAckLevel(level)));
  }

  @Override
  public CompletableFuture<Void> mkdirs(String path) {
    return done(client.mkdir(path, true));
  }

  @Override
  public CompletableFuture<Void> write(String path, ByteBuffer content) {
    return done(client.put(content, path, options));
  }

  @Override
  public CompletableFuture<Integer> read(String path, int limitBytes) {
    return client.get(path, limitBytes).thenApply(ByteBuffer::remaining);
  }

  @Override
  public CompletableFuture<Void> writeLarge(String path, long bytes) {
    return client
        .create(path, options.withOverwrite(true))
        .thenCompose(writer -> new LargeWrite(writer, bytes).start());
  }

  @Override
  public CompletableFuture<Long> readLarge(String path) {
    return readLarge(client, path);
  }

  @Override
  public CompletableFuture<Long> readLargeLocally(String path) {
    return readLarge(localClient, path);
  }

  private static CompletableFuture<Long> readLarge(ShoalClient client, String path) {
    return client
        .open(path)
        .thenCompose(
            reader -> {
              ByteCounter counter = new ByteCounter();
              reader.streamBorrowed(0, Long.MAX_VALUE).subscribe(counter);
              return counter
                  .total()
                  .thenCombine(counter.total().thenCompose(n -> reader.close()), (n, closed) -> n);
            });
  }

  @Override
  public CompletableFuture<Long> length(String path) {
    return length(client, path);
  }

  @Override
  public Map<String, Function<String, CompletableFuture<Long>>> otherLengths() {
    return Map.of(
        "lease",
        path -> length(client.reading(ReadConsistency.LEASE), path),
        "follower",
        path -> length(client.reading(ReadConsistency.FOLLOWER), path),
        "stale",
        path -> length(client.reading(ReadConsistency.STALE), path));
  }

  private static CompletableFuture<Long> length(ReadOperations reading, String path) {
    return reading
        .stat(path)
        .handle(
            (status, failure) -> {
              if (failure == null) {
                return status.length();
              }
              if (isNotFound(failure)) {
                return -1L;
              }
              throw new CompletionException(failure);
            });
  }

  @Override
  public CompletableFuture<Integer> list(String directory) {
    return client
        .listPage(directory, "", LIST_LIMIT)
        .thenApply(DirectoryPage::entries)
        .thenApply(entries -> entries.size());
  }

  @Override
  public CompletableFuture<Void> rename(String source, String destination) {
    return done(client.rename(source, destination, false));
  }

  @Override
  public CompletableFuture<Void> delete(String path) {
    return client
        .delete(path, true)
        .exceptionally(
            failure -> {
              if (!isNotFound(failure)) {
                throw new CompletionException(failure);
              }
              return null;
            });
  }

  @Override
  public CompletableFuture<PositionedFile> open(String path) {
    return client.open(path).thenApply(Opened::new);
  }

  @Override
  public CompletableFuture<RecordLog> createLog(String path) {
    return client.create(path, options.withOverwrite(true)).thenApply(Log::new);
  }

  @Override
  public void close() {
    localClient.close();
    client.close();
  }

  private static CompletableFuture<Void> done(CompletableFuture<FileStatus> operation) {
    return operation.thenAccept(status -> {});
  }

  private static boolean isNotFound(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ShoalException shoal && shoal.code() == ErrorCode.NOT_FOUND;
  }

  private record Opened(AsyncFileReader reader) implements PositionedFile {
    @Override
    public CompletableFuture<Integer> read(long position, ByteBuffer target) {
      return reader.read(position, target);
    }

    @Override
    public CompletableFuture<Void> close() {
      return reader.close();
    }
  }

  private record Log(AsyncFileWriter writer) implements RecordLog {
    @Override
    public CompletableFuture<Void> append(ByteBuffer record) {
      CompletableFuture<Void> taken = writer.write(record);
      return CompletableFuture.allOf(taken, writer.flush());
    }

    @Override
    public CompletableFuture<Void> close() {
      return done(writer.close());
    }
  }
}
