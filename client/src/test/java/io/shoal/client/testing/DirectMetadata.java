package io.shoal.client.testing;

import io.shoal.client.ReadConsistency;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.SessionStamp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Metadata calls without a network: executed at once, or when the test says so, on the test's
 * thread, in a session of the user ann.
 */
public final class DirectMetadata implements MetadataCalls {
  private final FakeNamespace namespace;
  private final List<NamespaceRequest> requests = new ArrayList<>();
  private final List<Call> held = new ArrayList<>();
  private @Nullable RequestCase heldFrom;
  private boolean holding;
  private long nonce;
  private long session;
  private long sequence;

  /** Makes calls to a namespace. */
  public DirectMetadata(FakeNamespace namespace) {
    this.namespace = namespace;
  }

  /** Keeps calls until {@link #release}. */
  public synchronized void hold() {
    holding = true;
  }

  /** Keeps the next call of a kind, and those that follow, until {@link #release}. */
  public synchronized void holdFrom(RequestCase kind) {
    heldFrom = kind;
  }

  /** Executes all calls that were kept, but those that were cancelled. */
  public void release() {
    List<Call> calls;
    synchronized (this) {
      holding = false;
      heldFrom = null;
      calls = List.copyOf(held);
      held.clear();
    }
    calls.forEach(this::execute);
  }

  /** Fails all calls that were kept. */
  public void failHeld(ErrorCode code) {
    List<Call> calls;
    synchronized (this) {
      holding = false;
      heldFrom = null;
      calls = List.copyOf(held);
      held.clear();
    }
    calls.forEach(
        call -> call.result.completeExceptionally(new ShoalException(code, "", "as told")));
  }

  /** Returns all requests so far. */
  public synchronized List<NamespaceRequest> requests() {
    return List.copyOf(requests);
  }

  /** Returns the calls that are kept and were not cancelled. */
  public synchronized long heldCount() {
    return held.stream().filter(call -> !call.result.isDone()).count();
  }

  @Override
  public CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline) {
    Call call = new Call(request, new CompletableFuture<>());
    synchronized (this) {
      requests.add(request);
      holding |= request.getRequestCase() == heldFrom;
      if (holding) {
        held.add(call);
        return call.result;
      }
    }
    execute(call);
    return call.result;
  }

  @Override
  public MetadataCalls reading(ReadConsistency consistency) {
    return this;
  }

  @Override
  public synchronized CompletableFuture<SessionId> session() {
    NamespaceReply probe =
        namespace.execute(
            NamespaceRequest.newBuilder()
                .setOpenSession(
                    OpenSessionRequest.newBuilder()
                        .setNonce(nonce)
                        .setOwner("ann")
                        .setGroup("staff"))
                .build());
    if (probe.getOpenSession().getSessionId() != session) {
      session = probe.getOpenSession().getSessionId();
      sequence = 0;
    }
    return CompletableFuture.completedFuture(new SessionId(session));
  }

  private void execute(Call call) {
    if (call.result.isDone()) {
      return;
    }
    NamespaceRequest.Builder request = call.request.toBuilder();
    if (request.getRequestCase().getNumber() > NamespaceRequest.OPEN_SESSION_FIELD_NUMBER) {
      var unused = session();
      synchronized (this) {
        sequence++;
        request.setStamp(
            SessionStamp.newBuilder()
                .setSessionId(session)
                .setSequence(sequence)
                .setFirstUnacknowledged(sequence));
      }
    }
    NamespaceReply reply = namespace.execute(request.build());
    if (reply.hasError()) {
      call.result.completeExceptionally(RpcErrors.fromProto(reply.getError()));
    } else {
      call.result.complete(reply);
    }
  }

  private record Call(NamespaceRequest request, CompletableFuture<NamespaceReply> result) {}
}
