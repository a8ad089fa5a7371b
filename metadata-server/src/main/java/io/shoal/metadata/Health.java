package io.shoal.metadata;

import io.shoal.common.rpc.RpcServer;
import io.shoal.metadata.consensus.LeadershipListener;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the health service says of a metadata server. Its services serve while it leads; the server
 * as a whole serves as well while it follows a leader, for it does its part then. Thread-safe.
 */
final class Health implements LeadershipListener {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private final RpcServer server;
  private final CompletableFuture<Void> serving;

  /** Whether it answers requests. */
  private boolean serves;

  private boolean follows;

  /**
   * Makes it; nothing serves.
   *
   * @param serving completed when the server serves for the first time
   */
  Health(RpcServer server, CompletableFuture<Void> serving) {
    this.server = server;
    this.serving = serving;
    tell();
  }

  /** Whether this server answers requests, as their leader. */
  synchronized void setServes(boolean answers) {
    serves = answers;
    tell();
  }

  @Override
  public void onLeader(long term) {}

  @Override
  public synchronized void onFollowing(boolean another) {
    follows = another;
    tell();
  }

  @Override
  public void onLeadershipLost(long term) {}

  private void tell() {
    server.setServing("", serves || follows);
    server.setServing(NamespaceServiceGrpc.SERVICE_NAME, serves);
    server.setServing(ClusterServiceGrpc.SERVICE_NAME, serves);
    if ((serves || follows) && serving.complete(null)) {
      LOG.info("Serving on {}, as {}", server.address(), serves ? "the leader" : "a follower");
    }
  }
}
