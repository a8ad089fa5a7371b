package io.shoal.metadata.liveness;

import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges storage nodes by the age of their last heartbeat.
 *
 * <p><b>Soft state.</b> Only a leader hears heartbeats, so this is empty when a term begins and
 * fills within a heartbeat interval. A node that was not heard in this term counts as if its last
 * heartbeat had come when the term began, but never as alive: so nobody is declared dead because
 * the leader changed, and nobody gets chunks on a guess.
 *
 * <p>Thread-safe. Holds one report for each registered node.
 */
public final class NodeLiveness {
  /** Nodes that look for a new leader may take so long, on a busy machine. */
  private static final Duration SHORTEST_GATHERING = Duration.ofSeconds(10);

  private record Heard(NodeReport report, long atNanos) {}

  private final LivenessSettings settings;
  private final TimeSource time;
  private final Map<NodeId, Heard> nodes = new ConcurrentHashMap<>();
  private final SafeMode safeMode;
  private volatile long termBeganNanos;

  /** Makes it as of the begin of a term. */
  public NodeLiveness(LivenessSettings settings, TimeSource time) {
    this.settings = settings;
    this.time = time;
    this.termBeganNanos = time.nanoTime();
    this.safeMode = new SafeMode(settings.suspectAfter(), time);
  }

  /** Begins a term: forgets all that was heard. */
  public void begin() {
    termBeganNanos = time.nanoTime();
    nodes.clear();
    safeMode.begin();
  }

  /** Returns whether enough nodes are heard to act on the silence of others. */
  public SafeMode safeMode() {
    return safeMode;
  }

  /** Takes note of a sign of life. */
  public void heard(NodeId nodeId, NodeReport report) {
    nodes.put(nodeId, new Heard(report, time.nanoTime()));
  }

  /** Returns the last report of a node; null if it sent none in this term. */
  public @Nullable NodeReport report(NodeId nodeId) {
    Heard heard = nodes.get(nodeId);
    return heard == null ? null : heard.report();
  }

  /** Returns how long a node was silent, in milliseconds; -1 if it was not heard in this term. */
  public long silentMillis(NodeId nodeId) {
    Heard heard = nodes.get(nodeId);
    return heard == null ? -1 : Duration.ofNanos(time.nanoTime() - heard.atNanos()).toMillis();
  }

  /** Judges a node that is registered. */
  public Liveness of(NodeId nodeId) {
    Heard heard = nodes.get(nodeId);
    long since = heard == null ? termBeganNanos : heard.atNanos();
    long silentNanos = time.nanoTime() - since;
    if (silentNanos >= settings.deadAfter().toNanos()) {
      return Liveness.DEAD;
    }
    boolean late = silentNanos >= settings.suspectAfter().toNanos();
    return heard == null || late ? Liveness.SUSPECT : Liveness.ALIVE;
  }

  /**
   * Tells whether this term is so young that nodes which live may not have been heard yet: then it
   * is worth waiting for them.
   */
  public boolean stillGathering() {
    Duration limit =
        settings.suspectAfter().compareTo(SHORTEST_GATHERING) > 0
            ? settings.suspectAfter()
            : SHORTEST_GATHERING;
    return isYounger(limit);
  }

  /** Tells whether this term has lasted for less than a time. */
  public boolean isYounger(Duration limit) {
    return time.nanoTime() - termBeganNanos < limit.toNanos();
  }
}
