package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import io.shoal.benchmarks.store.Pattern;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Many files of 4 KiB with some in flight. */
final class SmallFiles {
  static final int IN_FLIGHT = FileStore.BLOCKING_THREADS;

  private static final String DATA = "small";
  private static final int FILE_BYTES = 4 << 10;
  private static final byte[] CONTENT = Pattern.bytes(FILE_BYTES);

  private SmallFiles() {}

  static CompletableFuture<Void> write(FileStore store, String directory, int file) {
    return store.write(path(directory, file), ByteBuffer.wrap(CONTENT));
  }

  static CompletableFuture<Void> read(FileStore store, String directory, int file) {
    return Expect.number("bytes read", FILE_BYTES, store.read(path(directory, file), FILE_BYTES));
  }

  static CompletableFuture<Void> stat(FileStore store, String directory, int file) {
    return Expect.number("length", FILE_BYTES, store.length(path(directory, file)));
  }

  private static String path(String directory, int file) {
    return directory + "/file-" + file;
  }

  private static Row row(String id, String what) {
    return new Row(id, what + " 4 KiB files, " + IN_FLIGHT + " in flight", Figure.RATE);
  }

  /** Writes them. */
  record Write(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W5";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      int count = sizes.smallFiles();
      meter.measure(
          row(id(), "write"),
          () ->
              Amount.ofOperations(
                  count, InFlight.run(count, IN_FLIGHT, i -> write(store, directory, i))));
    }
  }

  /** Reads them. */
  record Read(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W6";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void prepare(FileStore store, String directory) throws InterruptedException {
      if (Await.value(store.length(path(directory, 0))) != FILE_BYTES) {
        InFlight.run(sizes.smallFiles(), IN_FLIGHT, i -> write(store, directory, i));
      }
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      int files = sizes.smallFiles();
      int count = sizes.reads();
      meter.measure(
          row(id(), "read"),
          () ->
              Amount.ofOperations(
                  count, InFlight.run(count, IN_FLIGHT, i -> read(store, directory, i % files))));
    }
  }
}
