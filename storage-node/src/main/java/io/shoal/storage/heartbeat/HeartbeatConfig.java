package io.shoal.storage.heartbeat;

import io.shoal.common.rpc.HostPort;
import java.time.Duration;
import java.util.List;

/**
 * How a node finds and keeps its leader.
 *
 * @param metadataServers where the metadata servers are, tried in turn
 * @param firstBackoff bound of the wait after the first failed attempt; doubles with each further
 *     one
 * @param maxBackoff bound that is never exceeded
 * @param silenceLimit after which a leader that says nothing counts as lost
 * @param questionInterval how often the leader is asked about chunks whose grants have run out
 */
public record HeartbeatConfig(
    List<HostPort> metadataServers,
    Duration firstBackoff,
    Duration maxBackoff,
    Duration silenceLimit,
    Duration questionInterval) {
  public HeartbeatConfig {
    metadataServers = List.copyOf(metadataServers);
    if (metadataServers.isEmpty()) {
      throw new IllegalArgumentException("metadata servers: none (expected: at least one)");
    }
    requirePositive("firstBackoff", firstBackoff);
    requirePositive("silenceLimit", silenceLimit);
    requirePositive("questionInterval", questionInterval);
    if (maxBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException(
          "maxBackoff: " + maxBackoff + " (expected: >= firstBackoff, " + firstBackoff + ")");
    }
  }

  /** Returns what a node uses unless it is told otherwise. */
  public static HeartbeatConfig defaults(List<HostPort> metadataServers) {
    return new HeartbeatConfig(
        metadataServers,
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1));
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
