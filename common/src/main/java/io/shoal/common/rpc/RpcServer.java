package io.shoal.common.rpc;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that runs. Thread-safe. */
public final class RpcServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RpcServer.class);
  private static final Duration FIRM_STOP = Duration.ofSeconds(5);

  private final Server server;
  private final HealthStatusManager health;
  private final HostPort address;

  RpcServer(Server server, HealthStatusManager health, String host) {
    this.server = server;
    this.health = health;
    this.address = new HostPort(host, server.getPort());
  }

  /** Returns the port that is bound. */
  public int port() {
    return address.port();
  }

  /** Returns the host as configured, with the port that is bound. */
  public HostPort address() {
    return address;
  }

  /**
   * Tells the health service how a service is.
   *
   * @param service full name of the service; empty for the server as a whole, which serves from the
   *     start
   */
  public void setServing(String service, boolean serving) {
    health.setStatus(service, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /**
   * Takes no new calls, gives those that run some time to end, and cancels the rest. Waits for all
   * of that; call it from no event loop.
   */
  public void close(Duration grace) {
    if (!server.isShutdown()) {
      health.enterTerminalState();
    }
    server.shutdown();
    if (!await(grace)) {
      LOG.info("calls on port {} did not end within {}: cancelling them", port(), grace);
      server.shutdownNow();
      if (!await(FIRM_STOP)) {
        LOG.warn("calls on port {} did not end {} after they were cancelled", port(), FIRM_STOP);
      }
    }
  }

  /** Cancels what runs, and waits until it has ended. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  private boolean await(Duration limit) {
    try {
      return server.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
      return false;
    }
  }
}
