package io.shoal.client.internal.read;

import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long nodes let this client wait for the first bytes of a range. From it follows which nodes
 * are late compared with others, and after what time it is worth asking a second one. Thread-safe.
 *
 * <p>Small and long ranges are told apart: the first bytes of a long one are a whole frame.
 */
final class NodeLatencies {
  /** Ranges up to here are small. */
  private static final int SMALL_BYTES = 64 << 10;

  /** A node is late whose latency is so many times that of the fastest other one, ... */
  private static final int LATE_FACTOR = 4;

  /** ... and by so much more. */
  private static final long LATE_NANOS = Duration.ofMillis(2).toNanos();

  /** What is worse makes no difference. */
  private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();

  /** How often a late node gets a read, to find out whether it still is. */
  private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();

  /** Latencies that have to be known before their distribution says anything. */
  private static final int LEAST_SAMPLES = 16;

  /** As long as too little is known. */
  private static final long FIRST_DELAY_NANOS = Duration.ofMillis(50).toNanos();

  /** The timer is no more accurate. */
  private static final long LEAST_DELAY_NANOS = Duration.ofMillis(2).toNanos();

  private final TimeSource time;

  /** Nodes are few and their number is bounded by the cluster. */
  private final Map<NodeId, Node> small = new ConcurrentHashMap<>();

  private final Map<NodeId, Node> large = new ConcurrentHashMap<>();

  NodeLatencies(TimeSource time) {
    this.time = time;
  }

  /**
   * A node has delivered.
   *
   * @param rangeBytes what was asked for
   * @param nanos from the request to the first bytes
   */
  void answered(NodeId node, int rangeBytes, long nanos) {
    of(node, rangeBytes).answered(nanos, time.nanoTime());
  }

  /**
   * A node was left because another one, that was asked later, was sooner: its latency is longer
   * than this, and nobody knows by how much.
   */
  void overtaken(NodeId node, int rangeBytes, long nanos) {
    of(node, rangeBytes).overtaken(nanos, time.nanoTime());
  }

  /** Tells whether a node lets wait for much longer than the fastest of some others. */
  boolean isLate(NodeId node, Collection<NodeId> others, int rangeBytes) {
    long fastest = Long.MAX_VALUE;
    for (NodeId other : others) {
      if (!other.equals(node)) {
        fastest = Math.min(fastest, of(other, rangeBytes).usualNanos());
      }
    }
    long own = of(node, rangeBytes).usualNanos();
    return fastest != Long.MAX_VALUE
        && own != Long.MAX_VALUE
        && own - LATE_NANOS > fastest * LATE_FACTOR;
  }

  /** Tells whether it is time to try a late node again; says so once each time. */
  boolean takeProbe(NodeId node, int rangeBytes) {
    return of(node, rangeBytes).takeProbe(time.nanoTime());
  }

  /**
   * Returns how long to wait for a node before another one is asked as well: twice the time within
   * which the fastest of them delivers 95 of 100 ranges.
   */
  long hedgeDelayNanos(Collection<NodeId> nodes, int rangeBytes) {
    long fastest = Long.MAX_VALUE;
    for (NodeId node : nodes) {
      fastest = Math.min(fastest, of(node, rangeBytes).slowNanos());
    }
    return fastest == Long.MAX_VALUE ? FIRST_DELAY_NANOS : Math.max(LEAST_DELAY_NANOS, 2 * fastest);
  }

  private Node of(NodeId node, int rangeBytes) {
    return (rangeBytes <= SMALL_BYTES ? small : large).computeIfAbsent(node, id -> new Node());
  }

  /** What is known of a node. */
  private static final class Node {
    private final LatencyHistogram histogram = new LatencyHistogram();

    /** A moving average in which what was overtaken counts more and more; 0 if unknown. */
    private long usualNanos;

    /** The 95th of a hundred; as it was some latencies ago, for it takes a while to find. */
    private long slowNanos = Long.MAX_VALUE;

    private long triedAtNanos;
    private int sinceFound;

    synchronized void answered(long nanos, long now) {
      histogram.add(nanos);
      if (usualNanos == 0) {
        usualNanos = nanos;
      } else if (nanos < usualNanos / LATE_FACTOR) {
        // Whoever was late is tried seldom, and does not need many tries to be believed.
        usualNanos /= LATE_FACTOR;
      } else {
        usualNanos += (nanos - usualNanos) / 4;
      }
      triedAtNanos = now;
      sinceFound++;
      if (sinceFound >= LEAST_SAMPLES && histogram.total() >= LEAST_SAMPLES) {
        sinceFound = 0;
        slowNanos = histogram.percentileNanos(95);
      }
    }

    synchronized void overtaken(long nanos, long now) {
      usualNanos = Math.min(LONGEST_NANOS, Math.max(2 * usualNanos, nanos));
      triedAtNanos = now;
    }

    synchronized long usualNanos() {
      return usualNanos == 0 ? Long.MAX_VALUE : usualNanos;
    }

    synchronized long slowNanos() {
      return slowNanos;
    }

    synchronized boolean takeProbe(long now) {
      if (now - triedAtNanos < PROBE_NANOS) {
        return false;
      }
      triedAtNanos = now;
      return true;
    }
  }
}
