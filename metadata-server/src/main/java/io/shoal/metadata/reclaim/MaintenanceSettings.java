package io.shoal.metadata.reclaim;

import static io.shoal.common.config.ValueTypes.duration;
import static io.shoal.common.config.ValueTypes.integer;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import io.shoal.metadata.command.MaintenanceCommand;
import java.time.Duration;

/**
 * How much a leader does in the background at a time.
 *
 * @param interval time between two rounds that find nothing to do
 * @param unitsPerCommand most units of work in one command of the log
 * @param chunksPerOrder most chunks in one order to a node to delete
 * @param orderTimeout how long an order may go unanswered before it is given again
 */
public record MaintenanceSettings(
    Duration interval, int unitsPerCommand, int chunksPerOrder, Duration orderTimeout) {
  private static final Key<Duration> INTERVAL =
      Key.of(
          "maintenance.interval",
          duration("10ms", "1m"),
          "1s",
          "How often the leader lets the log clock go on and looks for work that is due.");
  private static final Key<Integer> UNITS =
      Key.of(
          "maintenance.units-per-command",
          integer(1, MaintenanceCommand.UNIT_LIMIT),
          "512",
          "Most rows of background work in one command of the log.");
  private static final Key<Integer> ORDER_CHUNKS =
      Key.of(
          "maintenance.chunks-per-order",
          integer(1, MaintenanceCommand.UNIT_LIMIT),
          "1000",
          "Most chunks in one order to a storage node to delete.");
  private static final Key<Duration> ORDER_TIMEOUT =
      Key.of(
          "maintenance.order-timeout",
          duration("100ms", "1h"),
          "1m",
          "An order to delete that a node has not answered for so long is given again.");

  /** The keys of the configuration file. */
  public static final Section SECTION =
      Section.of("background work", INTERVAL, UNITS, ORDER_CHUNKS, ORDER_TIMEOUT);

  public MaintenanceSettings {
    requireAtLeastOne("maintenance.interval (ms)", interval.toMillis());
    requireAtLeastOne("maintenance.units-per-command", unitsPerCommand);
    requireAtLeastOne("maintenance.chunks-per-order", chunksPerOrder);
    requireAtLeastOne("maintenance.order-timeout (ms)", orderTimeout.toMillis());
  }

  /** Reads the keys of {@link #SECTION}. */
  public static MaintenanceSettings of(Config config) {
    return new MaintenanceSettings(
        config.get(INTERVAL),
        config.get(UNITS),
        config.get(ORDER_CHUNKS),
        config.get(ORDER_TIMEOUT));
  }

  private static void requireAtLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
  }
}
