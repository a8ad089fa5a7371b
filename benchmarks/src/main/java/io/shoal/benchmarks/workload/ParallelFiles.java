package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Eight files at once, together as long as the large one. */
final class ParallelFiles {
  private static final int FILES = 8;
  private static final String DATA = "parallel";

  private ParallelFiles() {}

  private static List<CompletableFuture<Void>> each(
      String directory, Function<String, CompletableFuture<Void>> operation) {
    return IntStream.range(0, FILES).mapToObj(i -> operation.apply(path(directory, i))).toList();
  }

  private static String path(String directory, int file) {
    return directory + "/stream-" + file;
  }

  private static long fileBytes(Sizes sizes) {
    return sizes.largeBytes() / FILES;
  }

  private static Row row(String id, String what, Sizes sizes) {
    String title =
        what + " " + FILES + " files at once, " + sizes.largeMebibytes() / FILES + " MiB each";
    return new Row(id, title, Figure.BANDWIDTH);
  }

  /** Writes them. */
  record Write(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W3";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      meter.measure(
          row(id(), "write", sizes),
          () -> {
            Await.all(each(directory, path -> store.writeLarge(path, fileBytes(sizes))));
            return Amount.ofBytes(FILES * fileBytes(sizes));
          });
    }
  }

  /** Reads them. */
  record Read(Sizes sizes) implements Workload {
    @Override
    public String id() {
      return "W4";
    }

    @Override
    public String data() {
      return DATA;
    }

    @Override
    public void prepare(FileStore store, String directory) throws InterruptedException {
      for (int i = 0; i < FILES; i++) {
        if (Await.value(store.length(path(directory, i))) != fileBytes(sizes)) {
          Await.value(store.writeLarge(path(directory, i), fileBytes(sizes)));
        }
      }
    }

    @Override
    public void run(FileStore store, String directory, Meter meter) throws Exception {
      meter.measure(
          row(id(), "read", sizes),
          () -> {
            Await.all(
                each(
                    directory,
                    path -> Expect.number("bytes read", fileBytes(sizes), store.readLarge(path))));
            return Amount.ofBytes(FILES * fileBytes(sizes));
          });
    }
  }
}
