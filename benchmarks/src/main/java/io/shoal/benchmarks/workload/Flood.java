package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import java.util.Locale;

/** Thousands of operations in flight from one client: for stores that need no thread for each. */
record Flood(Sizes sizes) implements Workload {
  @Override
  public String id() {
    return "W10";
  }

  @Override
  public String data() {
    return "flood";
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    int count = sizes.flood();
    String howMany = String.format(Locale.ROOT, "%,d 4 KiB files, all in flight", count);
    meter.measure(
        new Row(id() + "-write", "write " + howMany, Figure.RATE),
        () ->
            Amount.ofOperations(
                count, InFlight.run(count, count, i -> SmallFiles.write(store, directory, i))));
    meter.measure(
        new Row(id() + "-read", "read " + howMany, Figure.RATE),
        () ->
            Amount.ofOperations(
                count, InFlight.run(count, count, i -> SmallFiles.read(store, directory, i))));
  }
}
