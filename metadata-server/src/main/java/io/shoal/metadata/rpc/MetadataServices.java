package io.shoal.metadata.rpc;

import io.grpc.ServerServiceDefinition;
import io.shoal.metadata.consensus.LeadershipListener;
import java.security.SecureRandom;
import java.util.List;

/**
 * The services of a metadata server with all that stands behind them on a leader. Made once; it has
 * to be told of leadership before it serves anything but refusals. The first leader of a new
 * cluster gives it an identity, settings and a signing key by itself.
 */
public final class MetadataServices implements LeadershipListener, AutoCloseable {
  private final NamespaceRpc namespace;
  private final ClusterRpc cluster;

  /**
   * Makes the services.
   *
   * @param clusterSecret what storage nodes prove to know when they attach; copied
   * @param random draws keys, nonces and the cluster's id
   */
  public MetadataServices(
      ServerEnvironment environment,
      ServiceSettings settings,
      byte[] clusterSecret,
      SecureRandom random) {
    this.namespace = new NamespaceRpc();
    this.cluster = new ClusterRpc();
  }

  /** Returns what a server has to offer. */
  public List<ServerServiceDefinition> definitions() {
    return List.of(namespace.bindService(), cluster.bindService());
  }

  @Override
  public void onLeader(long term) {}

  @Override
  public void onLeadershipLost(long term) {}

  /** Ends all background work and the threads that read; call it after the server was closed. */
  @Override
  public void close() {}
}
