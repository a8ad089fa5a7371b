package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.SessionStamp;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** A client's stream of requests. Requests are sent by the test's thread. */
final class TestPipeline
    implements ClientResponseObserver<NamespaceRequest, NamespaceReply>, AutoCloseable {
  private final Map<Long, CompletableFuture<NamespaceReply>> waiting = new ConcurrentHashMap<>();
  private final List<Long> order = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private ClientCallStreamObserver<NamespaceRequest> requests;
  private long requestId;
  private long sessionId;
  private long sequence;

  TestPipeline(NamespaceServiceGrpc.NamespaceServiceStub stub) {
    stub.pipeline(this);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<NamespaceRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(NamespaceReply reply) {
    order.add(reply.getRequestId());
    waiting.remove(reply.getRequestId()).complete(reply);
  }

  @Override
  public void onError(Throwable failure) {
    ended.completeExceptionally(failure);
    waiting.values().forEach(reply -> reply.completeExceptionally(failure));
  }

  @Override
  public void onCompleted() {
    ended.complete(null);
  }

  /** Sends a request as it is, with an id and a timeout if it has none. */
  CompletableFuture<NamespaceReply> send(NamespaceRequest.Builder request) {
    CompletableFuture<NamespaceReply> reply = new CompletableFuture<>();
    request.setRequestId(++requestId);
    if (request.getTimeoutMillis() == 0) {
      request.setTimeoutMillis(30_000);
    }
    waiting.put(requestId, reply);
    requests.onNext(request.build());
    return reply;
  }

  /** Opens the session that mutations go out with. */
  TestPipeline openSession() {
    NamespaceReply reply =
        call(
            NamespaceRequest.newBuilder()
                .setOpenSession(
                    OpenSessionRequest.newBuilder()
                        .setClientName("test")
                        .setNonce(ThreadLocalRandom.current().nextLong() | 1)));
    sessionId = reply.getOpenSession().getSessionId();
    return this;
  }

  /** Goes on with the session of another stream. */
  TestPipeline resume(TestPipeline other) {
    sessionId = other.sessionId;
    sequence = other.sequence;
    return this;
  }

  long sessionId() {
    return sessionId;
  }

  SessionStamp lastStamp() {
    return SessionStamp.newBuilder()
        .setSessionId(sessionId)
        .setSequence(sequence)
        .setFirstUnacknowledged(sequence)
        .build();
  }

  /** Sends a mutation with the next stamp. */
  CompletableFuture<NamespaceReply> mutate(NamespaceRequest.Builder request) {
    sequence++;
    return send(request.setStamp(lastStamp().toBuilder().setFirstUnacknowledged(1)));
  }

  /** Waits for an answer that is no error. */
  NamespaceReply call(NamespaceRequest.Builder request) {
    return ok(send(request));
  }

  NamespaceReply callMutation(NamespaceRequest.Builder request) {
    return ok(mutate(request));
  }

  static NamespaceReply ok(CompletableFuture<NamespaceReply> reply) {
    NamespaceReply answer = Await.result(reply);
    assertThat(answer.hasError()).as("%s", answer).isFalse();
    return answer;
  }

  static io.shoal.proto.v1.Error refused(CompletableFuture<NamespaceReply> reply, ErrorCode code) {
    NamespaceReply answer = Await.result(reply);
    assertThat(ErrorCode.ofNumber(answer.getError().getCodeValue()))
        .as("%s", answer)
        .isEqualTo(code);
    return answer.getError();
  }

  /** Returns the ids of the requests in the order in which answers came. */
  List<Long> order() {
    return List.copyOf(order);
  }

  void halfClose() {
    requests.onCompleted();
  }

  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    requests.cancel("the test ends", null);
  }
}
