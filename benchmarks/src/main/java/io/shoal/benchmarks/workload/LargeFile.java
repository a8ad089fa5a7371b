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

  /** Reads the file over TCP. */
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

  /** Reads the file as a client on a replica's machine does, for the first time and again. */
  record LocalRead(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W2L";
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
      measure(store, directory, meter, "first", "for the first time");
      // A system may learn from the second read that a third one is worth a place in memory.
      read(store, directory);
      measure(store, directory, meter, "again", "again");
    }

    private void measure(
        FileStore store, String directory, Meter meter, String suffix, String which)
        throws Exception {
      meter.measure(
          new Row(
              id() + "-" + suffix, "read one file on a replica's host " + which, Figure.BANDWIDTH),
          () -> read(store, directory));
    }

    private Amount read(FileStore store, String directory) throws InterruptedException {
      Expect.equal(
          "bytes read", sizes.largeBytes(), Await.value(store.readLargeLocally(path(directory))));
      return Amount.ofBytes(sizes.largeBytes());
    }
  }
}
