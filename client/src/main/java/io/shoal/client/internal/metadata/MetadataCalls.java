package io.shoal.client.internal.metadata;

import io.shoal.client.ReadConsistency;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.flow.Cancellation;
import io.shoal.common.id.SessionId;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.AbandonRequest;
import io.shoal.proto.v1.CloneReply;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.CommitReply;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileReply;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.DeleteReply;
import io.shoal.proto.v1.DeleteRequest;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.ExtentsRequest;
import io.shoal.proto.v1.FenceReply;
import io.shoal.proto.v1.FenceRequest;
import io.shoal.proto.v1.ListReply;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.LocateReply;
import io.shoal.proto.v1.LocateRequest;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.OpenRequest;
import io.shoal.proto.v1.RenameReply;
import io.shoal.proto.v1.RenameRequest;
import io.shoal.proto.v1.ReserveChunksReply;
import io.shoal.proto.v1.ReserveChunksRequest;
import io.shoal.proto.v1.SetAttributesReply;
import io.shoal.proto.v1.SetAttributesRequest;
import io.shoal.proto.v1.StatReply;
import io.shoal.proto.v1.StatRequest;
import io.shoal.proto.v1.TruncateReply;
import io.shoal.proto.v1.TruncateRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What the client asks of the metadata servers. Thread-safe; nothing blocks.
 *
 * <p>Whatever passes by itself (a broken stream, another leader, overload, a lost reply) is retried
 * behind the call until its deadline; a mutation is executed at most once all the same. So what
 * comes out is an answer, or one of these:
 *
 * <ul>
 *   <li>{@link ErrorCode#UNAVAILABLE}: no metadata server could be reached; nothing was changed.
 *   <li>{@link ErrorCode#DEADLINE_EXCEEDED}: no answer in time; nothing was changed.
 *   <li>{@link ErrorCode#OUTCOME_UNKNOWN}: no answer in time to a mutation that was sent, or its
 *       session expired before the answer came; it may or may not have taken effect.
 *   <li>{@link ErrorCode#OVERLOADED}: too much is waiting already; nothing was sent.
 *   <li>{@link ErrorCode#CANCELLED}: the client was closed.
 * </ul>
 *
 * <p>Cancelling a future takes the request back if it was not sent yet, and otherwise forgets its
 * answer. Futures complete on any thread, possibly within the call: dependents must not block, and
 * those that touch a shard's state go through that shard.
 */
public interface MetadataCalls {
  /**
   * Sends one request. Its id, timeout and session stamp are set here and need not be filled in.
   *
   * @return the reply of the same kind as the request; never one that carries an error
   */
  CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline);

  /**
   * Returns the session under which mutations go out, and opens it if there is none, within the
   * configured time for metadata calls.
   */
  CompletableFuture<SessionId> session();

  /** Returns the reads as they are with a consistency; of nothing else these calls are used. */
  MetadataCalls reading(ReadConsistency consistency);

  /**
   * Returns calls that go on from an earlier answer: servers that are behind it do not answer them.
   *
   * @param logIndex as the answer told it
   */
  default MetadataCalls since(long logIndex) {
    return this;
  }

  /** Asks for a file's or directory's status. */
  default CompletableFuture<StatReply> stat(StatRequest request, Deadline deadline) {
    return call(NamespaceRequest.newBuilder().setStat(request), NamespaceReply::getStat, deadline);
  }

  /** Asks for everything that a reader needs to begin. */
  default CompletableFuture<OpenReply> open(OpenRequest request, Deadline deadline) {
    return call(NamespaceRequest.newBuilder().setOpen(request), NamespaceReply::getOpen, deadline);
  }

  /** Asks for a page of a file's map. */
  default CompletableFuture<ExtentsReply> extents(ExtentsRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setExtents(request), NamespaceReply::getExtents, deadline);
  }

  /** Asks for a page of a directory. */
  default CompletableFuture<ListReply> list(ListRequest request, Deadline deadline) {
    return call(NamespaceRequest.newBuilder().setList(request), NamespaceReply::getList, deadline);
  }

  /** Asks where chunks are. */
  default CompletableFuture<LocateReply> locate(LocateRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setLocate(request), NamespaceReply::getLocate, deadline);
  }

  /** Asks for grants; who writes files takes them from the {@link GrantPool} instead. */
  default CompletableFuture<ReserveChunksReply> reserveChunks(
      ReserveChunksRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setReserveChunks(request),
        NamespaceReply::getReserveChunks,
        deadline);
  }

  /** Makes directories. */
  default CompletableFuture<MkdirsReply> mkdirs(MkdirsRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setMkdirs(request), NamespaceReply::getMkdirs, deadline);
  }

  /** Makes a pending file. */
  default CompletableFuture<CreateFileReply> createFile(
      CreateFileRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setCreateFile(request),
        NamespaceReply::getCreateFile,
        deadline);
  }

  /** Makes extents part of a file. */
  default CompletableFuture<CommitReply> commit(CommitRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setCommit(request), NamespaceReply::getCommit, deadline);
  }

  /** Renames. */
  default CompletableFuture<RenameReply> rename(RenameRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setRename(request), NamespaceReply::getRename, deadline);
  }

  /** Deletes. */
  default CompletableFuture<DeleteReply> delete(DeleteRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setDelete(request), NamespaceReply::getDelete, deadline);
  }

  /** Sets attributes. */
  default CompletableFuture<SetAttributesReply> setAttributes(
      SetAttributesRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setSetAttributes(request),
        NamespaceReply::getSetAttributes,
        deadline);
  }

  /** Copies a page of a file's map to the end of another file. */
  default CompletableFuture<CloneReply> cloneExtents(CloneRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setClone(request), NamespaceReply::getClone, deadline);
  }

  /** Fences a file's writer. */
  default CompletableFuture<FenceReply> fence(FenceRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setFence(request), NamespaceReply::getFence, deadline);
  }

  /** Cuts extents off the end of a file. */
  default CompletableFuture<TruncateReply> truncate(TruncateRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setTruncate(request), NamespaceReply::getTruncate, deadline);
  }

  /** Throws a pending file away. */
  default CompletableFuture<AbandonReply> abandon(AbandonRequest request, Deadline deadline) {
    return call(
        NamespaceRequest.newBuilder().setAbandon(request), NamespaceReply::getAbandon, deadline);
  }

  private <T> CompletableFuture<T> call(
      NamespaceRequest.Builder request, Function<NamespaceReply, T> part, Deadline deadline) {
    CompletableFuture<NamespaceReply> whole = call(request.build(), deadline);
    return Cancellation.forward(whole.thenApply(part), whole);
  }
}
