package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * One durable change of the metadata after another, and one linearizable read, with more and more
 * of them in flight from one client.
 */
record Depths(Sizes sizes) implements Workload {
  private static final int[] IN_FLIGHT = {1, 16, 256, 4_096};

  /** With few in flight, fewer of them last as long. */
  private static final int[] SHARE_OF_ALL = {20, 4, 1, 1};

  @Override
  public String id() {
    return "W12";
  }

  @Override
  public String data() {
    return "depths";
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    for (int level = 0; level < IN_FLIGHT.length; level++) {
      int depth = IN_FLIGHT[level];
      int count = Math.max(1, 2 * sizes.names() / SHARE_OF_ALL[level]);
      String made = directory + "/" + depth + "-";
      each(meter, "mkdirs", depth, count, i -> store.mkdirs(made + i));
      each(
          meter,
          "stat",
          depth,
          2 * count,
          i -> Expect.number("length", 0, store.length(made + i % count)));
      for (var other : new TreeMap<>(store.otherLengths()).entrySet()) {
        each(
            meter,
            "stat-" + other.getKey(),
            depth,
            2 * count,
            i -> Expect.number("length", 0, other.getValue().apply(made + i % count)));
      }
    }
  }

  private void each(
      Meter meter,
      String what,
      int depth,
      int count,
      IntFunction<CompletableFuture<Void>> operation)
      throws Exception {
    Row row =
        new Row(
            id() + "-" + what + "-" + depth,
            String.format(Locale.ROOT, "%s, %,d in flight", what, depth),
            Figure.RATE);
    meter.measure(row, () -> Amount.ofOperations(count, InFlight.run(count, depth, operation)));
  }
}
