package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import io.shoal.benchmarks.store.FileStore.PositionedFile;
import java.nio.ByteBuffer;
import java.util.Random;

/** Reads at random positions of the large file. */
record PositionedReads(Sizes sizes) implements Workload {
  private static final int IN_FLIGHT = SmallFiles.IN_FLIGHT;
  private static final int ALIGNMENT = 4 << 10;

  @Override
  public String id() {
    return "W8";
  }

  @Override
  public String data() {
    return LargeFile.DATA;
  }

  @Override
  public void prepare(FileStore store, String directory) throws InterruptedException {
    LargeFile.prepare(store, directory, sizes.largeBytes());
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    PositionedFile file = Await.value(store.open(LargeFile.path(directory)));
    read(file, 4, meter);
    read(file, 64, meter);
    Await.value(file.close());
  }

  private void read(PositionedFile file, int kibibytes, Meter meter) throws Exception {
    int length = kibibytes << 10;
    long positions = (sizes.largeBytes() - length) / ALIGNMENT;
    Random random = new Random(kibibytes);
    Row row =
        new Row(
            id() + "-" + kibibytes,
            "read " + kibibytes + " KiB at random, " + IN_FLIGHT + " in flight",
            Figure.RATE);
    meter.measure(
        row,
        () ->
            Amount.ofOperations(
                sizes.reads(),
                InFlight.run(
                    sizes.reads(),
                    IN_FLIGHT,
                    i -> {
                      long position = ((long) (random.nextDouble() * positions)) * ALIGNMENT;
                      return Expect.number(
                          "bytes read", length, file.read(position, ByteBuffer.allocate(length)));
                    })));
  }
}
