package io.shoal.metadata.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Timer;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.rpc.nodes.LeaderState;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.metadata.store.StateView;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of this server as leader, from its begin to its end. Before it serves, it sees to it
 * that the cluster has an identity, the settings of this server's configuration and a signing key;
 * what is missing is put into the log, one command after another, until the state has it all.
 * Belongs to the shard.
 */
final class LeaderTerm {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderTerm.class);
  private static final Duration RETRY_DELAY = Duration.ofMillis(200);

  private enum Stage {
    /** Finds out what the state lacks and puts it there, until it */
    PREPARING,
    /** with all its parts at work, until it has */
    LEADING,
    /** for good. */
    ENDED
  }

  private final long term;
  private final ServerEnvironment environment;
  private final LeaderState leader;
  private final ServiceSettings settings;
  private final SecureRandom random;
  private final Shard shard;
  private Stage stage = Stage.PREPARING;
  private Timer.@Nullable Scheduled retry;

  /**
   * Makes a term that has not begun.
   *
   * @param settings what this server's configuration says
   * @param shard reads the state, so its threads may wait for the disk
   */
  LeaderTerm(
      long term,
      ServerEnvironment environment,
      LeaderState leader,
      ServiceSettings settings,
      SecureRandom random,
      Shard shard) {
    this.term = term;
    this.environment = environment;
    this.leader = leader;
    this.settings = settings;
    this.random = random;
    this.shard = shard;
  }

  void begin() {
    LOG.info("Term {}: this server leads", term);
    leader.liveness().begin();
    prepare();
  }

  void end() {
    leader.gate().close();
    if (retry != null) {
      retry.cancel();
    }
    if (stage == Stage.LEADING) {
      leader.maintenance().end();
      leader.repair().end();
      leader.grants().end();
      leader.keys().clear();
    }
    moveTo(Stage.ENDED, "this server leads no more");
    leader
        .attachments()
        .closeAll(
            new ShoalException(ErrorCode.NOT_LEADER, "", "this metadata server leads no more"));
  }

  private void moveTo(Stage next, String reason) {
    shard.assertInShard();
    LOG.info("Term {}: {} -> {}: {}", term, stage, next, reason);
    stage = next;
  }

  private void prepare() {
    if (stage != Stage.PREPARING) {
      return;
    }
    ClusterCommand missing;
    try (StateView view = environment.views().get()) {
      ClusterQueries cluster = new ClusterQueries(view);
      missing = missingIn(cluster);
      if (missing == null) {
        lead(cluster);
        return;
      }
    }
    LOG.info("Term {}: {}", term, missing.getClass().getSimpleName());
    var unused =
        environment
            .log()
            .submit(CommandEnvelope.internal(environment.log().nowMillis(), missing))
            .whenComplete((reply, failure) -> shard.execute(() -> onReply(reply, failure)));
  }

  private @Nullable ClusterCommand missingIn(ClusterQueries cluster) {
    if (cluster.identity() == null) {
      return new ClusterCommand.InitCluster(
          new ClusterIdentity(settings.newClusterId(), 0, 0), settings.cluster());
    }
    if (!cluster.settings().equals(settings.cluster())) {
      return new ClusterCommand.ConfigureCluster(settings.cluster());
    }
    if (cluster.signingKeys().isEmpty()) {
      byte[] secret = new byte[SigningKey.SECRET_BYTES];
      random.nextBytes(secret);
      return new ClusterCommand.RotateSigningKey(Bytes.copyOf(secret));
    }
    return null;
  }

  private void onReply(@Nullable Reply reply, @Nullable Throwable failure) {
    if (stage != Stage.PREPARING) {
      return;
    }
    if (failure != null || reply instanceof Reply.Failure) {
      LOG.warn(
          "Term {}: not ready to lead yet: {}",
          term,
          failure == null ? reply : ShoalException.of(failure).toString());
      retry = environment.timer().schedule(RETRY_DELAY, shard, this::prepare);
    } else {
      prepare();
    }
  }

  private void lead(ClusterQueries cluster) {
    List<SigningKey> keys =
        cluster.signingKeys().stream()
            .map(key -> new SigningKey(key.keyId(), key.secret().toByteArray()))
            .toList();
    leader.keys().replace(keys);
    leader.grants().begin();
    leader.maintenance().begin();
    leader.repair().begin();
    moveTo(Stage.LEADING, "the state has all that it needs");
    leader.gate().open();
  }
}
