package io.shoal.metadata.repair;

import io.shoal.common.error.ShoalException;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.SafeMode;
import io.shoal.metadata.store.StateView;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all parts of a run share: the way into the log, the nodes, the clock. Belongs to the shard;
 * nothing comes back from the log after the end of the run.
 */
final class RepairTerm {
  private static final Logger LOG = LoggerFactory.getLogger(RepairTerm.class);

  private final CommandLog log;
  private final Supplier<StateView> views;
  private final RepairOrders nodes;
  private final NodeLiveness liveness;
  private final RepairSettings settings;
  private final TimeSource time;
  private final Shard shard;
  private final NodeBudget budget;
  private long lastOrder;
  private boolean ended;

  /**
   * Makes it.
   *
   * @param firstOrder number of the first order, so that a late answer to a former leader's order
   *     is none to one of this
   */
  RepairTerm(
      CommandLog log,
      Supplier<StateView> views,
      RepairOrders nodes,
      NodeLiveness liveness,
      RepairSettings settings,
      TimeSource time,
      Shard shard,
      long firstOrder) {
    this.log = log;
    this.views = views;
    this.nodes = nodes;
    this.liveness = liveness;
    this.settings = settings;
    this.time = time;
    this.shard = shard;
    this.budget = new NodeBudget(settings);
    this.lastOrder = firstOrder;
  }

  RepairOrders nodes() {
    return nodes;
  }

  NodeLiveness liveness() {
    return liveness;
  }

  RepairSettings settings() {
    return settings;
  }

  NodeBudget budget() {
    return budget;
  }

  StateView view() {
    return views.get();
  }

  /** Returns whether enough nodes are heard to act on the silence of others. */
  SafeMode safeMode() {
    return liveness.safeMode();
  }

  long nanos() {
    return time.nanoTime();
  }

  /** Returns the log clock as the leader has it. */
  long nowMillis() {
    return log.nowMillis();
  }

  long nextOrder() {
    return ++lastOrder;
  }

  boolean ended() {
    return ended;
  }

  void end() {
    ended = true;
  }

  /**
   * Puts a command into the log.
   *
   * @param then told in the shard whether the command had its effect; not after the end
   */
  void submit(Command command, Consumer<@Nullable Reply> then) {
    var unused =
        log.submit(CommandEnvelope.internal(log.nowMillis(), command))
            .whenComplete(
                (reply, failure) -> shard.execute(() -> onReply(command, reply, failure, then)));
  }

  private void onReply(
      Command command,
      @Nullable Reply reply,
      @Nullable Throwable failure,
      Consumer<@Nullable Reply> then) {
    if (ended) {
      return;
    }
    if (failure != null) {
      LOG.warn("Put off: {}: {}", command, ShoalException.of(failure).toString());
      then.accept(null);
    } else if (reply instanceof Reply.Failure refused) {
      LOG.info("Not done: {}: {}", command, refused.message());
      then.accept(null);
    } else {
      then.accept(reply);
    }
  }
}
