package io.shoal.metadata.liveness;

import static io.shoal.common.config.ValueTypes.duration;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import java.time.Duration;

/**
 * How long a node may be silent.
 *
 * @param heartbeatInterval what nodes are told to keep to
 * @param suspectAfter silence after which a node gets no new chunks
 * @param deadAfter silence after which a node's replicas count as lost
 */
public record LivenessSettings(
    Duration heartbeatInterval, Duration suspectAfter, Duration deadAfter) {
  private static final Key<Duration> HEARTBEAT_INTERVAL =
      Key.of(
          "node.heartbeat-interval",
          duration("50ms", "1m"),
          "3s",
          "How often storage nodes report to the leader.");
  private static final Key<Duration> SUSPECT_AFTER =
      Key.of(
          "node.suspect-after",
          duration("100ms", "1h"),
          "10s",
          "A node that was silent for so long gets no new chunks.");
  private static final Key<Duration> DEAD_AFTER =
      Key.of(
          "node.dead-after",
          duration("200ms", "30d"),
          "10m",
          "The replicas of a node that was silent for so long count as lost.");

  /** The keys of the configuration file. */
  public static final Section SECTION =
      Section.of("storage nodes", HEARTBEAT_INTERVAL, SUSPECT_AFTER, DEAD_AFTER);

  public LivenessSettings {
    if (heartbeatInterval.isNegative() || heartbeatInterval.isZero()) {
      throw new IllegalArgumentException(
          "node.heartbeat-interval: " + heartbeatInterval + " (expected: > 0)");
    }
    if (suspectAfter.compareTo(heartbeatInterval) <= 0) {
      throw new IllegalArgumentException(
          "node.suspect-after: "
              + suspectAfter
              + " (expected: more than node.heartbeat-interval, "
              + heartbeatInterval
              + ")");
    }
    if (deadAfter.compareTo(suspectAfter) <= 0) {
      throw new IllegalArgumentException(
          "node.dead-after: "
              + deadAfter
              + " (expected: more than node.suspect-after, "
              + suspectAfter
              + ")");
    }
  }

  /** Reads the keys of {@link #SECTION}. */
  public static LivenessSettings of(Config config) {
    return new LivenessSettings(
        config.get(HEARTBEAT_INTERVAL), config.get(SUSPECT_AFTER), config.get(DEAD_AFTER));
  }
}
