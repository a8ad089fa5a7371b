package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** What the same operations of the same client gain when none waits for the one before. */
record AsynchronousGain(Sizes sizes) implements Workload {
  @Override
  public String id() {
    return "A";
  }

  @Override
  public String data() {
    return "gain";
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    int count = sizes.gain();
    both(meter, "write", i -> SmallFiles.write(store, directory, i));
    both(meter, "read", i -> SmallFiles.read(store, directory, i % count));
    both(meter, "stat", i -> SmallFiles.stat(store, directory, i % count));
  }

  /** Measures operations 0 to n one by one and n to 2n at once: no file is written twice. */
  private void both(Meter meter, String what, IntFunction<CompletableFuture<Void>> operation)
      throws Exception {
    int count = sizes.gain();
    String title = String.format(Locale.ROOT, "%s %,d 4 KiB files, ", what, count);
    meter.measure(
        new Row(id() + "-" + what + "-1", title + "one by one", Figure.RATE),
        () -> Amount.ofOperations(count, InFlight.run(count, 1, operation)));
    meter.measure(
        new Row(id() + "-" + what + "-all", title + "all in flight", Figure.RATE),
        () ->
            Amount.ofOperations(
                count, InFlight.run(count, count, i -> operation.apply(count + i))));
  }
}
