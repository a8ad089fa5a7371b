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
import java.util.ArrayList;
import java.util.List;

/**
 * Records of 1 KiB, each flushed before the next, as a log of transactions does it; then the same
 * for several logs at once.
 */
public record Flushes(Sizes sizes) implements Workload {
  /** Bytes of a record. */
  public static final int RECORD_BYTES = 1 << 10;

  private static final int LOGS = FileStore.BLOCKING_THREADS;
  private static final Row AT_ONCE =
      new Row("W9-" + LOGS, "the same for " + LOGS + " files at once, in all", Figure.RATE);

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
    atOnce(store, directory, record, meter);
  }

  private void atOnce(FileStore store, String directory, ByteBuffer record, Meter meter)
      throws Exception {
    List<RecordLog> logs = new ArrayList<>();
    for (int i = 0; i < LOGS; i++) {
      logs.add(Await.value(store.createLog(directory + "/log-" + i)));
    }
    int count = 4 * sizes.records();
    meter.measure(
        AT_ONCE,
        () ->
            Amount.ofOperations(
                count,
                InFlight.run(count, LOGS, i -> logs.get(i % LOGS).append(record.duplicate()))));
    for (RecordLog each : logs) {
      Await.value(each.close());
    }
  }
}
