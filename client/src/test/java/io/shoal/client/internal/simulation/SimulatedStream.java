package io.shoal.client.internal.simulation;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.StreamLimits;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What streams have in common: two directions, an end, and a limit on waiting. */
abstract class SimulatedStream {
  final SimulatedNode node;
  final Executor toNode;
  final Executor toClient;
  private final Timer timer;
  private final StreamLimits limits;
  private final Consumer<@Nullable ShoalException> onClosed;
  private final Consumer<ShoalException> breakOff = this::end;
  private Timer.@Nullable Scheduled idle;
  private boolean ended;

  SimulatedStream(
      SimulatedNode node,
      Lanes lanes,
      Timer timer,
      StreamLimits limits,
      Consumer<@Nullable ShoalException> onClosed) {
    this.node = node;
    this.toNode = lanes.newLane();
    this.toClient = lanes.newLane();
    this.timer = timer;
    this.limits = limits;
    this.onClosed = onClosed;
  }

  /** Opens it; it may end at once. */
  void open() {
    ShoalException refusal = node.open(breakOff);
    if (refusal != null) {
      end(refusal);
    }
  }

  boolean isEnded() {
    return ended;
  }

  /** Runs what the node has sent, when it has come. */
  void send(Runnable delivery) {
    if (node.delay().isZero()) {
      toClient.execute(delivery);
    } else {
      timer.schedule(node.delay(), toClient, delivery);
    }
  }

  /** Expects progress from now on. */
  void await() {
    stopWaiting();
    if (!ended) {
      idle =
          timer.schedule(
              limits.idleTimeout(),
              toClient,
              () ->
                  end(
                      new ShoalException(
                          ErrorCode.DEADLINE_EXCEEDED,
                          "node " + node.id(),
                          "no progress within " + limits.idleTimeout())));
    }
  }

  void stopWaiting() {
    if (idle != null) {
      idle.cancel();
      idle = null;
    }
  }

  void end(@Nullable ShoalException failure) {
    if (ended) {
      return;
    }
    ended = true;
    stopWaiting();
    node.closed(breakOff);
    toClient.execute(() -> onClosed.accept(failure));
  }
}
