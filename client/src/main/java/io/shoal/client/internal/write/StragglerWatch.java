package io.shoal.client.internal.write;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nodes of one chunk that stall while enough others get on (rule O1). Costs an alarm only
 * while some are ahead of others. Owned by the file's shard.
 */
final class StragglerWatch {
  /** The chunk. */
  interface Owner {
    /** Returns the streams to the nodes that still take part. */
    List<ReplicaWriter> live();

    /** Goes on without a node. */
    void leave(ReplicaWriter straggler, ShoalException reason);
  }

  private final WriteContext context;
  private final int needed;
  private final Executor shard;
  private final Owner owner;

  /** What enough nodes had made durable when the alarm for the others was set. */
  private int leadBytes;

  private Timer.@Nullable Scheduled alarm;

  /**
   * Makes one that does not watch yet.
   *
   * @param needed nodes that have to stay
   */
  StragglerWatch(WriteContext context, int needed, Executor shard, Owner owner) {
    this.context = context;
    this.needed = needed;
    this.shard = shard;
    this.owner = owner;
  }

  /** Sets the alarm if enough nodes are ahead of the others. */
  void watch() {
    if (alarm != null) {
      return;
    }
    List<ReplicaWriter> live = farthestFirst();
    if (live.size() <= needed) {
      return;
    }
    leadBytes = live.get(needed - 1).durableBytes();
    if (live.get(live.size() - 1).durableBytes() < leadBytes) {
      live.forEach(ReplicaWriter::mark);
      alarm = context.alarms().schedule(context.settings().stragglerAfter(), shard, this::onAlarm);
    }
  }

  private List<ReplicaWriter> farthestFirst() {
    List<ReplicaWriter> live = new ArrayList<>(owner.live());
    live.sort(Comparator.comparingInt(ReplicaWriter::durableBytes).reversed());
    return live;
  }

  private void onAlarm() {
    if (alarm == null) {
      // It was called off when it was on its way.
      return;
    }
    alarm = null;
    List<ReplicaWriter> live = farthestFirst();
    int mayGo = live.size() - needed;
    for (ReplicaWriter replica : live) {
      if (mayGo > 0
          && replica.durableBytes() < leadBytes
          && replica.standsStill()
          && context.stragglers().tryLeave(replica.nodeId())) {
        mayGo--;
        owner.leave(replica, reason(replica));
      }
    }
    watch();
  }

  private ShoalException reason(ReplicaWriter straggler) {
    return new ShoalException(
        ErrorCode.DEADLINE_EXCEEDED,
        "node " + straggler.nodeId(),
        "nothing became durable for "
            + context.settings().stragglerAfter().toMillis()
            + " ms while others got on");
  }

  /** Ends it. */
  void end() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }
}
