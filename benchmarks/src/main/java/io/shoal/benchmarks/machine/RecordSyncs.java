package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Latencies;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.store.Pattern;
import io.shoal.benchmarks.workload.Flushes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends records to a local file and syncs its data after each. */
record RecordSyncs(int records) implements Limit {
  @Override
  public String id() {
    return "W9";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    Path file = directory.resolve(id());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      meter.measure(Flushes.row(), () -> append(channel));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Amount append(FileChannel channel) throws IOException {
    ByteBuffer record = ByteBuffer.wrap(Pattern.bytes(Flushes.RECORD_BYTES));
    Latencies latencies = new Latencies(records);
    for (int i = 0; i < records; i++) {
      long begin = System.nanoTime();
      LocalFile.fill(channel, record, Flushes.RECORD_BYTES);
      channel.force(false);
      latencies.add(System.nanoTime() - begin);
    }
    return Amount.ofOperations(records, latencies);
  }
}
