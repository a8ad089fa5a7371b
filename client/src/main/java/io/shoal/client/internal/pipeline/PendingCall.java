package io.shoal.client.internal.pipeline;

import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.SessionStamp;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request from its admission to its answer. Owned by the pipeline's shard, except for the
 * result, which anybody may cancel.
 */
final class PendingCall {
  /** Where a call is. */
  enum Stage {
    /** Was made and waits to be let in; */
    NEW,
    /** is a mutation and waits for the session, or for room in its window; */
    UNSTAMPED,
    /** waits for the stream, or for room on it; */
    OUTBOUND,
    /** was sent and waits for its answer; */
    IN_FLIGHT,
    /** was answered that it should come again, and waits to do so; */
    PAUSED,
    /** has its result, or nobody wants it any more. */
    DONE
  }

  private final NamespaceRequest request;
  private final RequestKind kind;
  private final Deadline deadline;
  private final int bytes;
  private final long startNanos;
  private final CompletableFuture<NamespaceReply> result = new CompletableFuture<>();

  private long id;
  private Stage stage = Stage.NEW;
  private @Nullable MutationWindow window;
  private long sequence;
  private boolean maybeExecuted;
  private int pauses;
  private int stamps;
  private @Nullable ShoalException lastRefusal;
  private Timer.@Nullable Scheduled wakeUp;
  private Timer.@Nullable Scheduled givingUp;

  PendingCall(NamespaceRequest request, Deadline deadline) {
    this.request = request;
    this.kind = RequestKind.of(request);
    this.deadline = deadline;
    this.bytes = request.getSerializedSize();
    this.startNanos = deadline.time().nanoTime();
  }

  NamespaceRequest request() {
    return request;
  }

  RequestKind kind() {
    return kind;
  }

  Deadline deadline() {
    return deadline;
  }

  int bytes() {
    return bytes;
  }

  /** Returns for how long it has been under way. */
  Duration age() {
    return Duration.ofNanos(deadline.time().nanoTime() - startNanos);
  }

  CompletableFuture<NamespaceReply> result() {
    return result;
  }

  /** Names the call on the wire, and orders calls by their age. */
  long id() {
    return id;
  }

  void admitAs(long callId) {
    id = callId;
  }

  Stage stage() {
    return stage;
  }

  void moveTo(Stage next) {
    if (stage == Stage.DONE) {
      throw new IllegalStateException("call " + this + " moves to " + next + " (expected: none)");
    }
    stage = next;
  }

  /** Gives it its place in a session (rule X1); a retry keeps it. */
  void stamp(MutationWindow newWindow) {
    window = newWindow;
    sequence = newWindow.take();
    stamps++;
  }

  /** Takes the place in the session away, if it has one. */
  void releaseStamp() {
    if (window != null) {
      window.release(sequence);
      window = null;
    }
  }

  boolean needsStamp() {
    return kind.stamped() && window == null;
  }

  /** Returns how often it got a place in a session. */
  int stamps() {
    return stamps;
  }

  /** Returns the session that it is stamped with, or asks about; 0 for none. */
  long sessionId() {
    if (window != null) {
      return window.sessionId();
    }
    return request.hasReserveChunks() ? request.getReserveChunks().getSessionId() : 0;
  }

  /** Notes that it was sent, or is, and that no answer says that it was refused. */
  void mayHaveBeenExecuted() {
    maybeExecuted = kind.stamped();
  }

  /** Tells whether it is a mutation that may have taken effect, for all that is known here. */
  boolean maybeExecuted() {
    return maybeExecuted;
  }

  /** Notes why it has to come again; returns how often that was so. */
  int refused(ShoalException reason) {
    lastRefusal = reason;
    return ++pauses;
  }

  @Nullable ShoalException lastRefusal() {
    return lastRefusal;
  }

  void wakeUpBy(Timer.Scheduled timer) {
    wakeUp = timer;
  }

  /** Sets what ends it at its deadline. */
  void giveUpBy(Timer.Scheduled timer) {
    givingUp = timer;
  }

  void cancelGivingUp() {
    if (givingUp != null) {
      givingUp.cancel();
      givingUp = null;
    }
  }

  void cancelWakeUp() {
    if (wakeUp != null) {
      wakeUp.cancel();
      wakeUp = null;
    }
  }

  /** Returns the message as it goes out now. */
  NamespaceRequest toWire() {
    long left = Math.max(1, Math.min(Integer.MAX_VALUE, deadline.remainingMillis()));
    NamespaceRequest.Builder message =
        request.toBuilder().setRequestId(id).setTimeoutMillis((int) left);
    if (window != null) {
      message.setStamp(
          SessionStamp.newBuilder()
              .setSessionId(window.sessionId())
              .setSequence(sequence)
              .setFirstUnacknowledged(window.firstUnacknowledged()));
    }
    return message.build();
  }

  /** Returns what it asks, for messages. */
  String what() {
    return request.getRequestCase().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return what() + "#" + id + "[" + stage + "]";
  }
}
