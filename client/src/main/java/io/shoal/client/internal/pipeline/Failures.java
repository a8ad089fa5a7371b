package io.shoal.client.internal.pipeline;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import org.jspecify.annotations.Nullable;

/** The failures that calls end with when the server did not decide it. */
final class Failures {
  private Failures() {}

  static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client is closed");
  }

  /** Says what is true of a mutation whose answer never came. */
  static ShoalException outcomeUnknown(PendingCall call, String why) {
    return new ShoalException(
        ErrorCode.OUTCOME_UNKNOWN, "", call.what() + " may or may not have taken effect: " + why);
  }

  /** Ends a call for a reason that lies outside it: a mutation that was sent may have happened. */
  static ShoalException ended(PendingCall call, ShoalException reason) {
    return call.maybeExecuted() ? outcomeUnknown(call, reason.getMessage()) : reason;
  }

  static ShoalException noAnswer(PendingCall call) {
    @Nullable ShoalException refusal = call.lastRefusal();
    String why = refusal == null ? "" : "; the last answer was " + refusal;
    return new ShoalException(
        ErrorCode.DEADLINE_EXCEEDED,
        "",
        call.what() + ": no answer within " + call.age().toMillis() + " ms" + why,
        refusal);
  }

  /** Tells whether a call may be let in beside what is under way; null if so. */
  static @Nullable ShoalException refusalOf(
      PendingCall call, PipelineSettings.Limits limits, int callsNow, long bytesNow) {
    if (call.bytes() > limits.maxRequestBytes()) {
      return new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          "",
          "%s request: %d bytes (expected: at most %d)"
              .formatted(call.what(), call.bytes(), limits.maxRequestBytes()));
    }
    if (callsNow >= limits.maxCalls() || bytesNow + call.bytes() > limits.maxCallBytes()) {
      return new ShoalException(
          ErrorCode.OVERLOADED,
          "",
          "metadata calls waiting: %d with %d bytes (expected: at most %d with %d bytes)"
              .formatted(callsNow, bytesNow, limits.maxCalls(), limits.maxCallBytes()));
    }
    if (call.deadline().passed()) {
      return new ShoalException(
          ErrorCode.DEADLINE_EXCEEDED,
          "",
          call.what() + ": the deadline passed before it was sent");
    }
    return null;
  }
}
