package io.shoal.client.internal.metadata;

import io.shoal.client.ReadConsistency;
import io.shoal.common.id.SessionId;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Reads that say what they are sure to show. Thread-safe. */
final class ReadCalls implements MetadataCalls {
  private final MetadataCalls all;
  private final BiFunction<NamespaceRequest, Deadline, CompletableFuture<NamespaceReply>> servers;
  private final io.shoal.proto.v1.ReadConsistency consistency;
  private final long minLogIndex;

  /**
   * Makes them.
   *
   * @param all of the client
   * @param servers sends a read to one that can answer it
   */
  ReadCalls(
      MetadataCalls all,
      BiFunction<NamespaceRequest, Deadline, CompletableFuture<NamespaceReply>> servers,
      ReadConsistency consistency) {
    this(all, servers, ProtoMapping.consistencyOf(consistency), 0);
  }

  private ReadCalls(
      MetadataCalls all,
      BiFunction<NamespaceRequest, Deadline, CompletableFuture<NamespaceReply>> servers,
      io.shoal.proto.v1.ReadConsistency consistency,
      long minLogIndex) {
    this.all = all;
    this.servers = servers;
    this.consistency = consistency;
    this.minLogIndex = minLogIndex;
  }

  @Override
  public CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline) {
    return servers.apply(
        request.toBuilder().setConsistency(consistency).setMinLogIndex(minLogIndex).build(),
        deadline);
  }

  @Override
  public CompletableFuture<SessionId> session() {
    return all.session();
  }

  @Override
  public MetadataCalls reading(ReadConsistency other) {
    return all.reading(other);
  }

  @Override
  public MetadataCalls since(long logIndex) {
    return new ReadCalls(all, servers, consistency, logIndex);
  }
}
