package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Latencies;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.Pattern;
import io.shoal.benchmarks.workload.Flushes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a flush asks of the one disk of a machine when three nodes and the metadata server's log are
 * on it: a record is synced in three files at once, then one in a fourth.
 */
record CopiesSynced(int records) implements Limit {
  @Override
  public String id() {
    return "L8";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    Path log = directory.resolve(id() + "-log");
    Row row = new Row(id(), "disk, 1 KiB synced to 3 files at once, then to a 4th", Figure.LATENCY);
    try (Copies copies = Copies.create(directory, id(), false);
        FileChannel commits =
            FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      meter.measure(row, () -> append(copies, commits));
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private Amount append(Copies copies, FileChannel commits)
      throws IOException, InterruptedException {
    ByteBuffer record = ByteBuffer.wrap(Pattern.bytes(Flushes.RECORD_BYTES));
    Latencies latencies = new Latencies(records);
    for (int i = 0; i < records; i++) {
      long begin = System.nanoTime();
      copies.all((copy, number) -> sync(copy, record.duplicate()));
      sync(commits, record.duplicate());
      latencies.add(System.nanoTime() - begin);
    }
    return Amount.ofOperations(records, latencies);
  }

  private static void sync(FileChannel file, ByteBuffer record) throws IOException {
    LocalFile.fill(file, record, Flushes.RECORD_BYTES);
    file.force(false);
  }
}
