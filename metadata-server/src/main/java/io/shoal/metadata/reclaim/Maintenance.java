package io.shoal.metadata.reclaim;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.store.StateView;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a leader that nobody asks for: ticks of the log clock (rule T1), seals (rule C2),
 * reclaiming (rule C6) and orders to delete garbage. All of it is found in the replicated state, so
 * that a new leader goes on where the last one stopped. Thread-safe; it all happens within its
 * shard, one command after another.
 */
public final class Maintenance {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  private final CommandLog log;
  private final Supplier<StateView> views;
  private final NodeOrders nodes;
  private final MaintenanceSettings settings;
  private final TimeSource time;
  private final Timer timer;
  private final Shard shard;
  private @Nullable MaintenanceRun run;

  /**
   * Makes it; nothing happens before {@link #begin}.
   *
   * @param shard reads the state, so its threads may wait for the disk
   */
  public Maintenance(
      CommandLog log,
      Supplier<StateView> views,
      NodeOrders nodes,
      MaintenanceSettings settings,
      TimeSource time,
      Timer timer,
      Shard shard) {
    this.log = log;
    this.views = views;
    this.nodes = nodes;
    this.settings = settings;
    this.time = time;
    this.timer = timer;
    this.shard = shard;
  }

  /** Begins a term; the one before, if there was one, is over. */
  public void begin() {
    shard.execute(
        () -> {
          endRun();
          DeleteOrders orders = new DeleteOrders(nodes, settings, time);
          run = new MaintenanceRun(log, views, orders, settings, time, timer, shard);
          run.begin();
        });
  }

  /** Ends a term: no command is submitted any more. */
  public void end() {
    shard.execute(this::endRun);
  }

  /**
   * Takes a node's durable answer to an order.
   *
   * @param chunkIds at most {@link MaintenanceCommand#UNIT_LIMIT}; without effect if there are none
   */
  public void onChunksDeleted(NodeId nodeId, List<ChunkId> chunkIds) {
    if (chunkIds.isEmpty()) {
      return;
    }
    try {
      shard.offer(
          () -> {
            if (run != null) {
              run.onChunksDeleted(nodeId, chunkIds);
            }
          });
    } catch (ShoalException full) {
      LOG.warn("Node {} will be asked again to delete chunks: {}", nodeId, full.toString());
    }
  }

  private void endRun() {
    if (run != null) {
      run.end();
      run = null;
    }
  }
}
