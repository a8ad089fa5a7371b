package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;

/** One file of some GiB, written from memory or read and verified into nothing. */
final class LargeFile {
  static final String DATA = "large";

  private LargeFile() {}

  static String path(String directory) {
    return directory + "/large";
  }

  /** Writes the file unless it is there. */
  static void prepare(FileStore store, String directory, long bytes) throws InterruptedException {
    if (Await.value(store.length(path(directory))) != bytes) {
      Await.value(store.writeLarge(path(directory), bytes));
    }
  }

  /** Writes the file. */
  record Write(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W1";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      Row row =
          new Row(id(), "write one file, " + sizes.largeMebibytes() + " MiB", Figure.BANDWIDTH);
      meter.measure(
          row,
          () -> {
            Await.value(store.writeLarge(path(directory), sizes.largeBytes()));
            return Amount.ofBytes(sizes.largeBytes());
          });
    }
  }

  /** Reads the file. */
  record Read(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W2";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void prepare(FileStore store, String directory) throws InterruptedException {
      LargeFile.prepare(store, directory, sizes.largeBytes());
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      Row row =
          new Row(id(), "read one file, " + sizes.largeMebibytes() + " MiB", Figure.BANDWIDTH);
      meter.measure(
          row,
          () -> {
            Expect.equal(
                "bytes read", sizes.largeBytes(), Await.value(store.readLarge(path(directory))));
            return Amount.ofBytes(sizes.largeBytes());
          });
    }
  }
}
