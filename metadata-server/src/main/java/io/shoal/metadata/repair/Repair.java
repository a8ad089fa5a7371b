package io.shoal.metadata.repair;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.liveness.LivenessSettings;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Copied;
import io.shoal.metadata.repair.RepairOrders.Finding;
import io.shoal.metadata.store.StateView;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every chunk at as many replicas as it should have, as long as this server leads.
 * Thread-safe; it all happens within its shard.
 */
public final class Repair {
  private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

  /**
   * What repair stands on.
   *
   * @param nodes take the orders
   * @param liveness who is heard of
   */
  public record Environment(
      CommandLog log,
      Supplier<StateView> views,
      RepairOrders nodes,
      NodeLiveness liveness,
      TimeSource time,
      Timer timer,
      RandomGenerator random) {}

  private final Environment environment;
  private final RepairSettings settings;
  private final LivenessSettings liveness;
  private final Shard shard;
  private final AtomicReference<Map<NodeId, NodeAbsence>> absences =
      new AtomicReference<>(Map.of());
  private @Nullable RepairRun run;

  /**
   * Makes it; nothing happens before {@link #begin}.
   *
   * @param shard reads the state, so its threads may wait for the disk; the random generator is
   *     used there only
   */
  public Repair(
      Environment environment, RepairSettings settings, LivenessSettings liveness, Shard shard) {
    this.environment = environment;
    this.settings = settings;
    this.liveness = liveness;
    this.shard = shard;
  }

  /** Begins a term; the one before, if there was one, is over. */
  public void begin() {
    shard.execute(
        () -> {
          endRun();
          RepairTerm term =
              new RepairTerm(
                  environment.log(),
                  environment.views(),
                  environment.nodes(),
                  environment.liveness(),
                  settings,
                  environment.time(),
                  shard,
                  environment.random().nextLong() >>> 16);
          run =
              new RepairRun(
                  term,
                  environment.timer(),
                  shard,
                  settings.interval().plus(liveness.suspectAfter().dividedBy(2)),
                  new CopyPlacement(environment.random()),
                  absences);
          run.begin();
        });
  }

  /** Ends a term: no command is submitted and no order given any more. */
  public void end() {
    shard.execute(this::endRun);
  }

  /** Takes note that a node has attached. */
  public void onAttached(NodeId nodeId) {
    offer(nodeId, current -> current.attached(nodeId));
  }

  /** Takes a node's answer to a check: a finding for each chunk, in the order of the order. */
  public void onChecked(NodeId nodeId, long orderId, List<Finding> findings) {
    offer(nodeId, current -> current.checked(nodeId, orderId, findings));
  }

  /** Takes a node's answer to an order to copy. */
  public void onCopied(NodeId nodeId, long orderId, Copied copied) {
    offer(nodeId, current -> current.copied(nodeId, orderId, copied));
  }

  /** Takes note that a node came across chunks of its own that it can't read. */
  public void onSuspected(NodeId nodeId, List<ChunkId> chunkIds) {
    offer(nodeId, current -> current.suspected(nodeId, chunkIds));
  }

  /**
   * Returns how far nodes in maintenance are prepared to be away; without those that were not
   * looked at yet.
   */
  public Map<NodeId, NodeAbsence> absences() {
    return Objects.requireNonNull(absences.get());
  }

  /**
   * Begins to even out how full the nodes are, in the place of the rebalance that is running.
   *
   * @param thresholdMillionths how far a node's used share may be from the mean, 1 to 1,000,000
   * @return how far it is; fails with NOT_LEADER if this server does not lead
   */
  public CompletableFuture<RebalanceStatus> startRebalance(int thresholdMillionths) {
    return askRebalance(rebalance -> rebalance.start(thresholdMillionths));
  }

  /** Has a rebalance begin no more moves; without effect if none is running. */
  public CompletableFuture<RebalanceStatus> stopRebalance() {
    return askRebalance(Rebalance::stop);
  }

  /** Tells how far the rebalance is that is running, or ran last in this term. */
  public CompletableFuture<RebalanceStatus> rebalance() {
    return askRebalance(rebalance -> {});
  }

  private CompletableFuture<RebalanceStatus> askRebalance(Consumer<Rebalance> request) {
    return shard.ask(
        () -> {
          if (run == null) {
            throw new ShoalException(ErrorCode.NOT_LEADER, "", "this server leads no more");
          }
          request.accept(run.rebalance());
          return run.rebalance().status();
        });
  }

  private void offer(NodeId nodeId, Consumer<RepairRun> event) {
    try {
      shard.offer(
          () -> {
            if (run != null) {
              event.accept(run);
            }
          });
    } catch (ShoalException full) {
      LOG.warn(
          "What node {} said is dropped, and will be asked for again: {}", nodeId, full.toString());
    }
  }

  private void endRun() {
    if (run != null) {
      run.end();
      run = null;
    }
  }
}
