package io.shoal.metadata.rpc.namespace;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.shard.Shard;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of requests. Answers leave in the order in which they are ready, so that a
 * slow request delays no other.
 *
 * <p><b>Bounds.</b> A request counts from its arrival until its answer was handed to a transport
 * that had room for it. While the stream has as many requests or bytes under way as it may, the
 * next message is not asked for, and the client's writes wait. At most one message is asked for at
 * a time, so the bounds are passed by one request at most.
 *
 * <p><b>End.</b> When the client has closed its side, what is under way is answered before the
 * stream ends. When the call is cancelled, answers are dropped.
 *
 * <p><b>Threads.</b> All state belongs to the stream's serial executor, which runs tasks on the
 * thread that brings them: an event loop, the log's executor or a reading thread.
 */
final class PipelineStream implements StreamObserver<NamespaceRequest> {
  private static final int ON_READY_THRESHOLD_BYTES = 256 * 1024;

  private record Answer(NamespaceReply reply, long bytes, @Nullable Permit permit) {}

  private final ServerCallStreamObserver<NamespaceReply> client;
  private final NamespaceHandlers handlers;
  private final Admission admission;
  private final ServiceLimits limits;
  private final Shard serial;

  private final Queue<Answer> answers = new ArrayDeque<>();
  private int requests;
  private long bytes;
  private boolean asked;
  private boolean halfClosed;
  private boolean ended;

  PipelineStream(
      ServerCallStreamObserver<NamespaceReply> client,
      NamespaceHandlers handlers,
      Admission admission,
      ServiceLimits limits,
      FaultHandler faults) {
    this.client = client;
    this.handlers = handlers;
    this.admission = admission;
    this.limits = limits;
    // Bounded by the stream's own limits; the quantum is without end because the thread is the
    // sender's own, so that giving it back would only nest.
    this.serial =
        new Shard("pipeline", Runnable::run, Integer.MAX_VALUE, Integer.MAX_VALUE, faults);
  }

  /** Begins to read; called while the call is being set up. */
  void begin() {
    client.disableAutoRequest();
    client.setOnReadyThreshold(ON_READY_THRESHOLD_BYTES);
    client.setOnReadyHandler(() -> serial.execute(this::send));
    client.setOnCancelHandler(() -> serial.execute(this::onCancelled));
    serial.execute(this::askForMore);
  }

  @Override
  public void onNext(NamespaceRequest request) {
    serial.execute(() -> onRequest(request));
  }

  @Override
  public void onCompleted() {
    serial.execute(
        () -> {
          halfClosed = true;
          endIfDrained();
        });
  }

  @Override
  public void onError(Throwable cancelled) {
    serial.execute(this::onCancelled);
  }

  private void onRequest(NamespaceRequest request) {
    asked = false;
    if (ended) {
      return;
    }
    long cost = Admission.costOf(request);
    requests++;
    bytes += cost;
    Permit permit;
    try {
      permit = admission.admit(cost);
    } catch (ShoalException overloaded) {
      onAnswer(new Answer(ReplyWriter.failure(request, overloaded), cost, null));
      return;
    }
    var unused =
        handlers
            .handle(request)
            .thenAccept(reply -> serial.execute(() -> onAnswer(new Answer(reply, cost, permit))));
    askForMore();
  }

  private void onAnswer(Answer answer) {
    if (ended) {
      release(answer);
      return;
    }
    answers.add(answer);
    send();
  }

  private void send() {
    while (!ended && !answers.isEmpty() && client.isReady()) {
      Answer answer = answers.remove();
      client.onNext(answer.reply());
      release(answer);
    }
    askForMore();
    endIfDrained();
  }

  private void release(Answer answer) {
    requests--;
    bytes -= answer.bytes();
    if (answer.permit() != null) {
      answer.permit().release();
    }
  }

  private void askForMore() {
    boolean room = requests < limits.streamRequests() && bytes < limits.streamBytes();
    if (room && !asked && !halfClosed && !ended) {
      asked = true;
      client.request(1);
    }
  }

  private void endIfDrained() {
    if (halfClosed && requests == 0 && !ended) {
      ended = true;
      client.onCompleted();
    }
  }

  private void onCancelled() {
    ended = true;
    while (!answers.isEmpty()) {
      release(answers.remove());
    }
  }
}
