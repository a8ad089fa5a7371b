package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.InFlight;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.FileStore;
import io.shoal.benchmarks.store.FileStore.RecordLog;
import io.shoal.benchmarks.store.Pattern;
import java.nio.ByteBuffer;

/** Records of 1 KiB, each flushed before the next, as a log of transactions does it. */
public record Flushes(Sizes sizes) implements Workload {
  /** Bytes of a record. */
  public static final int RECORD_BYTES = 1 << 10;

  @Override
  public String id() {
    return "W9";
  }

  /** Returns the row, which the bare disk shares. */
  public static Row row() {
    return new Row("W9", "append 1 KiB and flush, one by one", Figure.LATENCY);
  }

  @Override
  public String data() {
    return "log";
  }

  @Override
  public void run(FileStore store, String directory, Meter meter) throws Exception {
    RecordLog log = Await.value(store.createLog(directory + "/log"));
    ByteBuffer record = ByteBuffer.wrap(Pattern.bytes(RECORD_BYTES));
    meter.measure(
        row(),
        () ->
            Amount.ofOperations(
                sizes.records(),
                InFlight.run(sizes.records(), 1, i -> log.append(record.duplicate()))));
    Await.value(log.close());
  }
}
