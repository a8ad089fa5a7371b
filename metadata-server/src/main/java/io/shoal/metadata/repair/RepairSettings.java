package io.shoal.metadata.repair;

import static io.shoal.common.config.ValueTypes.bytes;
import static io.shoal.common.config.ValueTypes.duration;
import static io.shoal.common.config.ValueTypes.integer;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import java.time.Duration;

/**
 * How a leader repairs.
 *
 * @param interval time between two looks at what is due
 * @param bytesPerSecond most bytes that are copied to a node, and from a node
 * @param copiesPerNode most copies that are under way to a node, and from a node
 * @param checkInterval how often a node is asked about all of its replicas, beside when it attaches
 * @param orderTimeout after which an order that was not answered counts as lost
 * @param maintenanceCopies how many other nodes should have each chunk of a node in maintenance
 */
public record RepairSettings(
    Duration interval,
    long bytesPerSecond,
    int copiesPerNode,
    Duration checkInterval,
    Duration orderTimeout,
    int maintenanceCopies) {
  private static final Key<Duration> INTERVAL =
      Key.of(
          "repair.interval",
          duration("10ms", "1m"),
          "1s",
          "How often the leader looks for nodes and chunks that need it.");
  private static final Key<Long> BYTES_PER_SECOND =
      Key.of(
          "repair.bytes-per-second",
          bytes("64KiB", "64GiB"),
          "64MiB",
          "Most bytes that repair copies to a storage node, and from one, in a second.");
  private static final Key<Integer> COPIES_PER_NODE =
      Key.of(
          "repair.copies-per-node",
          integer(1, 256),
          "8",
          "Most copies that are under way to a storage node, and from one.");
  private static final Key<Duration> CHECK_INTERVAL =
      Key.of(
          "repair.check-interval",
          duration("1s", "30d"),
          "6h",
          "How often a storage node is asked whether it has all of its replicas.");
  private static final Key<Duration> ORDER_TIMEOUT =
      Key.of(
          "repair.order-timeout",
          duration("100ms", "15m"),
          "2m",
          "An order to copy or check that a node has not answered for so long counts as lost.");

  private static final Key<Integer> MAINTENANCE_COPIES =
      Key.of(
          "repair.maintenance-copies",
          integer(0, 16),
          "1",
          "Before a node in maintenance may be switched off, so many other nodes have each of its"
              + " chunks.");

  /** The keys of the configuration file. */
  public static final Section SECTION =
      Section.of(
          "repair",
          INTERVAL,
          BYTES_PER_SECOND,
          COPIES_PER_NODE,
          CHECK_INTERVAL,
          ORDER_TIMEOUT,
          MAINTENANCE_COPIES);

  /** Reads the keys of {@link #SECTION}. */
  public static RepairSettings of(Config config) {
    return new RepairSettings(
        config.get(INTERVAL),
        config.get(BYTES_PER_SECOND),
        config.get(COPIES_PER_NODE),
        config.get(CHECK_INTERVAL),
        config.get(ORDER_TIMEOUT),
        config.get(MAINTENANCE_COPIES));
  }
}
