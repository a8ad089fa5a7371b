package io.shoal.cli;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Asks one server's standard gRPC health service whether it serves. Used by the main thread. */
public final class HealthProbe implements AutoCloseable {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final HostPort server;
  private final ManagedChannel channel;

  /** Makes a probe of one server; it connects with the first question. */
  public HealthProbe(HostPort server, EventLoops loops) {
    this.server = server;
    this.channel =
        RpcChannels.open(server, loops, RpcSettings.defaults().withConnectTimeout(CALL_TIMEOUT));
  }

  /**
   * Asks until the server serves or the deadline has passed; at least once.
   *
   * @return what it said last
   * @throws ShoalException if it could not be asked
   */
  public ServingStatus await(Deadline deadline) {
    while (true) {
      boolean last = deadline.passed();
      try {
        ServingStatus status = ask();
        if (status == ServingStatus.SERVING || last) {
          return status;
        }
      } catch (ShoalException e) {
        if (last || !passes(e.code())) {
          throw e;
        }
        channel.resetConnectBackoff();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** A server that is being started, or is busy with that, may serve in a moment. */
  private static boolean passes(ErrorCode code) {
    return code == ErrorCode.UNAVAILABLE || code == ErrorCode.DEADLINE_EXCEEDED;
  }

  private ServingStatus ask() {
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } catch (StatusRuntimeException e) {
      throw RpcErrors.fromThrowable(e, server);
    }
  }

  /** Returns the deadline that a user's number of seconds means. */
  public static Deadline within(int seconds) {
    return Deadline.after(Duration.ofSeconds(seconds), TimeSource.system());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
