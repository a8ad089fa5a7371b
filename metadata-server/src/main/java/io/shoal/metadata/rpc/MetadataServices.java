package io.shoal.metadata.rpc;

import io.grpc.ServerServiceDefinition;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.shard.Shard;
import io.shoal.metadata.consensus.LeadershipListener;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.placement.Grants;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.reclaim.Maintenance;
import io.shoal.metadata.repair.Repair;
import io.shoal.metadata.rpc.namespace.NamespaceRpc;
import io.shoal.metadata.rpc.nodes.Attachments;
import io.shoal.metadata.rpc.nodes.ClusterRpc;
import io.shoal.metadata.rpc.nodes.LeaderNotices;
import io.shoal.metadata.rpc.nodes.LeaderState;
import io.shoal.metadata.rpc.serving.LeaderGate;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The services of a metadata server with all that stands behind them on a leader. Made once; it has
 * to be told of leadership before it serves anything but refusals. The first leader of a new
 * cluster gives it an identity, settings and a signing key by itself.
 */
public final class MetadataServices implements LeadershipListener, AutoCloseable {
  private static final int SHARD_TASKS = 4_096;

  private final ServerEnvironment environment;
  private final ServiceSettings settings;
  private final SecureRandom random;
  private final ReadPool reads;
  private final Shard background;
  private final LeaderState leader;
  private final NamespaceRpc namespace;
  private final ClusterRpc cluster;
  private final LeaderNotices notices;
  private @Nullable LeaderTerm term;

  /**
   * Makes the services.
   *
   * @param secret what storage nodes prove to know when they attach
   * @param random draws keys and nonces
   */
  public MetadataServices(
      ServerEnvironment environment,
      ServiceSettings settings,
      ClusterSecret secret,
      SecureRandom random) {
    this.environment = environment;
    this.settings = settings;
    this.random = random;
    this.reads = new ReadPool(environment.views(), settings.limits(), environment.faults());
    this.background = new Shard("leader", reads.executor(), SHARD_TASKS, environment.faults());
    this.leader = leaderState(settings);
    this.namespace =
        new NamespaceRpc(
            environment,
            leader.gate(),
            reads,
            leader.keys(),
            leader.grants(),
            new NodeAddresses(leader.liveness(), leader.gate()::isOpen),
            settings.limits());
    this.notices = new LeaderNotices(environment.log());
    this.cluster =
        new ClusterRpc(
            environment,
            leader,
            reads,
            new ClusterRpc.Terms(settings.version(), settings.liveness().heartbeatInterval()),
            notices,
            secret,
            random);
  }

  private LeaderState leaderState(ServiceSettings settings) {
    SigningKeys keys = new SigningKeys();
    NodeLiveness liveness = new NodeLiveness(settings.liveness(), environment.time());
    Grants grants =
        new Grants(
            environment.log(),
            new Shard("grants", environment.pool(), SHARD_TASKS, environment.faults()),
            liveness,
            keys,
            new SplittableRandom(random.nextLong()));
    Attachments attachments = new Attachments();
    Maintenance maintenance =
        new Maintenance(
            environment.log(),
            environment.views(),
            attachments,
            settings.maintenance(),
            environment.time(),
            environment.timer(),
            background);
    Repair repair =
        new Repair(
            new Repair.Environment(
                environment.log(),
                environment.views(),
                attachments,
                liveness,
                environment.time(),
                environment.timer(),
                new SplittableRandom(random.nextLong())),
            settings.repair(),
            settings.liveness(),
            background);
    return new LeaderState(
        new LeaderGate(environment.log()),
        keys,
        liveness,
        grants,
        maintenance,
        repair,
        attachments);
  }

  /** Returns what a server has to offer. */
  public List<ServerServiceDefinition> definitions() {
    return List.of(namespace.bindService(), cluster.bindService());
  }

  /**
   * Sets who is told when this server begins to serve requests (true) and ceases to (false). Called
   * before the first leadership event; the listener must return at once.
   */
  public void onServing(Consumer<Boolean> listener) {
    leader.gate().setListener(listener);
  }

  @Override
  public void onFollowing(boolean follows) {
    notices.tell();
  }

  @Override
  public void onLeader(long number) {
    notices.tell();
    background.execute(
        () -> {
          endTerm();
          term = new LeaderTerm(number, environment, leader, settings, random, background);
          term.begin();
        });
  }

  @Override
  public void onLeadershipLost(long number) {
    leader.gate().close();
    notices.tell();
    background.execute(this::endTerm);
  }

  /** Ends what would keep calls open; call it before the server is closed. */
  public void endStreams() {
    onLeadershipLost(0);
    notices.close();
  }

  private void endTerm() {
    if (term != null) {
      term.end();
      term = null;
    }
  }

  /** Ends all background work and the threads that read; call it after the server was closed. */
  @Override
  public void close() {
    onLeadershipLost(0);
    var unused = background.close();
    reads.close();
  }
}
