package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** Operations on names: what only the metadata is asked for. One row for each kind. */
record Names(Sizes sizes) implements Workload {
  private static final int ENTRIES = 500;
  private static final int IN_FLIGHT = SmallFiles.IN_FLIGHT;

  @Override
  public String id() {
    return "W7";
  }

  @Override
  public String data() {
    return "names";
  }

  @Override
  public void prepare(FileStore store, String directory) throws InterruptedException {
    Await.value(store.mkdirs(directory + "/files"));
    Await.value(store.mkdirs(directory + "/listed"));
    InFlight.run(ENTRIES, IN_FLIGHT, i -> store.write(directory + "/listed/entry-" + i, empty()));
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    int count = sizes.names();
    String file = directory + "/files/file-";
    String moved = directory + "/files/moved-";
    each(meter, "mkdirs", count, i -> store.mkdirs(directory + "/directory-" + i));
    each(meter, "create", count, i -> store.write(file + i, empty()));
    each(meter, "stat", 2 * count, i -> Expect.number("length", 0, store.length(file + i % count)));
    each(
        meter,
        "list",
        count / 4,
        i -> Expect.number("entries", ENTRIES, store.list(directory + "/listed")));
    each(meter, "rename", count, i -> store.rename(file + i, moved + i));
    each(meter, "delete", count, i -> store.delete(moved + i));
  }

  private void each(
      Meter meter, String what, int count, IntFunction<CompletableFuture<Void>> operation)
      throws Exception {
    String title = what.equals("list") ? "list " + ENTRIES + " entries" : what;
    Row row = new Row(id() + "-" + what, title + ", " + IN_FLIGHT + " in flight", Figure.RATE);
    meter.measure(row, () -> Amount.ofOperations(count, InFlight.run(count, IN_FLIGHT, operation)));
  }

  private static ByteBuffer empty() {
    return ByteBuffer.allocate(0);
  }
}
