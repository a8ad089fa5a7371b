package io.shoal.metadata.reclaim;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background work of one term: one command is in the log at a time, and every round goes
 * through the stages in their order. A round that leaves work behind is followed by the next one at
 * once. Belongs to the shard; all callbacks come there.
 */
final class MaintenanceRun {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceRun.class);

  /** Commands of one kind in a round; then the others have their turn. */
  private static final int COMMANDS_PER_STAGE = 64;

  private enum Stage {
    /** Until the interval has passed; then the run is */
    WAITING,
    /** the log clock and ending sessions, then */
    TICKING,
    /** chunks whose grants have expired, then */
    SEALING,
    /** removed files and directories, then */
    RECLAIMING,
    /** nodes to delete garbage, and waits again, until its term is */
    ORDERING,
    /** for good. */
    ENDED
  }

  private final CommandLog log;
  private final Supplier<StateView> views;
  private final DeleteOrders orders;
  private final MaintenanceSettings settings;
  private final TimeSource time;
  private final Timer timer;
  private final Shard shard;

  private Stage stage = Stage.WAITING;
  private int commandsInStage;
  private boolean workLeft;
  private Timer.@Nullable Scheduled wakeUp;

  /**
   * Whether sessions may end. Not before clients had the time to tell this leader that they are
   * there: while nobody led, or the leader's process stood still, they could not renew anything,
   * and the log clock goes on.
   */
  private boolean endsSessions;

  private Timer.@Nullable Scheduled patience;
  private Duration sessionLifetime = Duration.ZERO;
  private long roundBeganNanos;

  MaintenanceRun(
      CommandLog log,
      Supplier<StateView> views,
      DeleteOrders orders,
      MaintenanceSettings settings,
      TimeSource time,
      Timer timer,
      Shard shard) {
    this.log = log;
    this.views = views;
    this.orders = orders;
    this.settings = settings;
    this.time = time;
    this.timer = timer;
    this.shard = shard;
  }

  void begin() {
    withView(
        view ->
            sessionLifetime =
                Duration.ofMillis(new ClusterQueries(view).settings().sessionLifetimeMillis()));
    bePatient();
    beginRound();
  }

  private void bePatient() {
    endsSessions = false;
    roundBeganNanos = time.nanoTime();
    if (patience != null) {
      patience.cancel();
    }
    patience = timer.schedule(sessionLifetime, shard, () -> endsSessions = true);
  }

  private void beginRound() {
    long sinceLast = time.nanoTime() - roundBeganNanos;
    if (sinceLast > settings.interval().plus(sessionLifetime.dividedBy(4)).toNanos()) {
      bePatient();
    }
    roundBeganNanos = time.nanoTime();
    moveTo(Stage.TICKING, "a round begins");
  }

  void end() {
    moveTo(Stage.ENDED, "this server leads no more");
    if (wakeUp != null) {
      wakeUp.cancel();
    }
    if (patience != null) {
      patience.cancel();
    }
    orders.clear();
  }

  private void moveTo(Stage next, String reason) {
    shard.assertInShard();
    if (stage == Stage.ENDED) {
      return;
    }
    LOG.trace("{} -> {}: {}", stage, next, reason);
    stage = next;
    commandsInStage = 0;
    switch (next) {
      case WAITING -> sleep();
      case TICKING ->
          submit(new MaintenanceCommand.Tick(endsSessions ? settings.unitsPerCommand() : 0));
      case SEALING ->
          submitIf(
              view -> new ChunkQueries(view).sealDue(),
              new MaintenanceCommand.SealExpired(settings.unitsPerCommand()));
      case RECLAIMING ->
          submitIf(
              view -> new NamespaceQueries(view).reclaimDue(),
              new MaintenanceCommand.Reclaim(settings.unitsPerCommand()));
      case ORDERING -> {
        withView(orders::give);
        moveTo(Stage.WAITING, "the round is done");
      }
      case ENDED -> LOG.debug("background work ends: {}", reason);
    }
  }

  private void moveOn(String reason) {
    switch (stage) {
      case TICKING -> moveTo(Stage.SEALING, reason);
      case SEALING -> moveTo(Stage.RECLAIMING, reason);
      case RECLAIMING -> moveTo(Stage.ORDERING, reason);
      case WAITING, ORDERING, ENDED ->
          throw new IllegalStateException("stage: " + stage + " (expected: one with a command)");
    }
  }

  private void sleep() {
    Duration delay = workLeft ? Duration.ZERO : settings.interval();
    workLeft = false;
    wakeUp = timer.schedule(delay, shard, this::beginRound);
  }

  private void submitIf(Predicate<StateView> due, MaintenanceCommand command) {
    boolean[] isDue = {false};
    withView(view -> isDue[0] = due.test(view));
    if (isDue[0]) {
      submit(command);
    } else {
      moveOn("nothing is due");
    }
  }

  private void submit(MaintenanceCommand command) {
    commandsInStage++;
    var unused =
        log.submit(CommandEnvelope.internal(log.nowMillis(), command))
            .whenComplete(
                (reply, failure) -> shard.execute(() -> onReply(command, reply, failure)));
  }

  private void onReply(
      MaintenanceCommand command, @Nullable Reply reply, @Nullable Throwable failure) {
    if (stage == Stage.ENDED) {
      return;
    }
    if (reply instanceof Reply.Progress progress) {
      boolean turnOver = commandsInStage >= COMMANDS_PER_STAGE;
      if (progress.more() && !turnOver) {
        submit(command);
        return;
      }
      workLeft |= progress.more();
      moveOn(progress.more() ? "the others have their turn" : "all is done");
    } else {
      LOG.warn("Background work is put off: {}: {}", command, describe(reply, failure));
      moveTo(Stage.WAITING, "a command failed");
    }
  }

  /** Takes a node's answer into the log, and gives the node its next order. */
  void onChunksDeleted(NodeId nodeId, List<ChunkId> chunkIds) {
    if (stage == Stage.ENDED) {
      return;
    }
    var command = new MaintenanceCommand.ReplicasDeleted(nodeId, chunkIds);
    var unused =
        log.submit(CommandEnvelope.internal(log.nowMillis(), command))
            .whenComplete(
                (reply, failure) -> shard.execute(() -> onRecorded(command, reply, failure)));
  }

  private void onRecorded(
      MaintenanceCommand.ReplicasDeleted command,
      @Nullable Reply reply,
      @Nullable Throwable failure) {
    if (stage == Stage.ENDED) {
      return;
    }
    if (reply instanceof Reply.Progress) {
      orders.onAnswered(command.nodeId());
      withView(view -> orders.give(command.nodeId(), view));
    } else {
      LOG.warn(
          "Node {} will be asked again to delete {} chunks: {}",
          command.nodeId(),
          command.chunkIds().size(),
          describe(reply, failure));
    }
  }

  private void withView(Consumer<StateView> use) {
    try (StateView view = views.get()) {
      use.accept(view);
    }
  }

  private static String describe(@Nullable Reply reply, @Nullable Throwable failure) {
    return failure == null ? String.valueOf(reply) : ShoalException.of(failure).toString();
  }
}
