package io.shoal.client.internal.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls that may be sent and those that were, within the limits of what may be in flight. Owned
 * by the pipeline's shard.
 */
final class SendQueue {
  private final PipelineSettings.Limits limits;

  /** By age: a call that has to come again goes before younger ones. */
  private final TreeMap<Long, PendingCall> outbound = new TreeMap<>();

  private final Map<Long, PendingCall> inFlight = new HashMap<>();
  private long inFlightBytes;

  SendQueue(PipelineSettings.Limits limits) {
    this.limits = limits;
  }

  /** Takes a call that may be sent. */
  void add(PendingCall call) {
    call.moveTo(PendingCall.Stage.OUTBOUND);
    outbound.put(call.id(), call);
  }

  /** Returns the call that is to be sent now, counted as in flight; null if there is none. */
  @Nullable PendingCall takeNext() {
    if (outbound.isEmpty() || inFlight.size() >= limits.maxInFlight()) {
      return null;
    }
    PendingCall call = outbound.firstEntry().getValue();
    if (inFlightBytes > 0 && inFlightBytes + call.bytes() > limits.maxInFlightBytes()) {
      return null;
    }
    outbound.remove(call.id());
    inFlight.put(call.id(), call);
    inFlightBytes += call.bytes();
    call.moveTo(PendingCall.Stage.IN_FLIGHT);
    return call;
  }

  /** Returns the call that was answered, in flight no longer; null if nobody waits for it. */
  @Nullable PendingCall answered(long id) {
    PendingCall call = inFlight.remove(id);
    if (call != null) {
      inFlightBytes -= call.bytes();
    }
    return call;
  }

  /** Returns how many calls were sent and not answered. */
  int inFlight() {
    return inFlight.size();
  }

  /** Takes back all calls in flight, to be sent again: nobody will answer them. */
  void sendAgain() {
    List<PendingCall> unanswered = List.copyOf(inFlight.values());
    inFlight.clear();
    inFlightBytes = 0;
    for (PendingCall call : unanswered) {
      call.mayHaveBeenExecuted();
      add(call);
    }
  }

  /** Forgets a call, wherever it is. */
  void remove(PendingCall call) {
    outbound.remove(call.id());
    var unused = answered(call.id());
  }
}
