package io.shoal.client.internal.transfer;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.ClusterStatus;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.internal.metadata.GrantPool;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.read.FileReaders;
import io.shoal.client.internal.read.ReadContext;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileOperations;
import io.shoal.client.internal.resources.FileReads;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.write.ClusterDefaults;
import io.shoal.client.internal.write.FileWriter;
import io.shoal.client.internal.write.FileWriters;
import io.shoal.client.internal.write.WriteContext;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/** Everything of a client that moves bytes. Thread-safe. */
public final class TransferOperations implements FileOperations {
  private final ClientResources resources;
  private final FileWriters writers;
  private final Map<ReadConsistency, Downloads> reads = new EnumMap<>(ReadConsistency.class);
  private final Permits admission;
  private final Transfers transfers = new Transfers();

  /**
   * Makes one; everything that it gets is borrowed.
   *
   * @param cluster asks the cluster for its status, and so for its defaults
   */
  public TransferOperations(
      ClientResources resources,
      MetadataCalls metadata,
      GrantPool grants,
      NodeSuspicions suspicions,
      Supplier<CompletableFuture<ClusterStatus>> cluster) {
    this.resources = resources;
    this.writers =
        new FileWriters(
            WriteContext.of(resources, metadata, grants, suspicions), new ClusterDefaults(cluster));
    ReadContext context = ReadContext.of(resources, metadata, suspicions);
    for (ReadConsistency consistency : ReadConsistency.values()) {
      reads.put(
          consistency,
          new Downloads(
              resources,
              new FileReaders(context.withMetadata(metadata.reading(consistency))),
              transfers));
    }
    this.admission =
        new Permits("puts", resources.budgets().writes().limits(), resources.executors().shards());
  }

  @Override
  public CompletableFuture<FileStatus> put(Path source, String target, PutOptions options) {
    return put(new PathSource(source, options, resources), target);
  }

  @Override
  public CompletableFuture<FileStatus> put(ByteBuffer source, String target, PutOptions options) {
    return put(new BufferSource(source, options), target);
  }

  @Override
  public CompletableFuture<FileStatus> put(
      Flow.Publisher<ByteBuffer> source, String target, PutOptions options) {
    Callbacks callbacks = new Callbacks(resources.executors().callbacks());
    return put(new PublisherSource(source, options, callbacks), target);
  }

  private CompletableFuture<FileStatus> put(UploadSource source, String target) {
    Put put = new Put(writers, admission, target, source);
    CompletableFuture<FileStatus> result = transfers.add(put, put.result());
    put.start();
    return result;
  }

  @Override
  public CompletableFuture<AsyncFileWriter> create(String path, PutOptions options) {
    CompletableFuture<FileWriter> begun = writers.begin(path, options);
    return hand(path, begun.thenCompose(writer -> writer.create().thenApply(nothing -> writer)));
  }

  @Override
  public CompletableFuture<AsyncFileWriter> append(String path) {
    return hand(path, writers.append(path));
  }

  /** Hands a writer to the user of the client; stops it if nobody is there any more. */
  private static CompletableFuture<AsyncFileWriter> hand(
      String path, CompletableFuture<FileWriter> begun) {
    CompletableFuture<AsyncFileWriter> result = new CompletableFuture<>();
    Listening.to(
        begun,
        (writer, failure) -> {
          if (failure != null) {
            result.completeExceptionally(ShoalException.of(failure));
          } else if (!result.complete(writer)) {
            writer.stop(new ShoalException(ErrorCode.CANCELLED, path, "nobody wants it"));
          }
        });
    return result;
  }

  @Override
  public FileReads reading(ReadConsistency consistency) {
    return Objects.requireNonNull(reads.get(consistency));
  }

  @Override
  public CompletableFuture<Void> close() {
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    ends.add(transfers.close());
    ends.add(writers.close());
    reads.values().forEach(downloads -> ends.add(downloads.close()));
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }
}
