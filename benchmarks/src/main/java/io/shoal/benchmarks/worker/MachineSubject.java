package io.shoal.benchmarks.worker;

import io.shoal.benchmarks.machine.Limit;
import io.shoal.benchmarks.machine.Limits;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.workload.Sizes;
import java.nio.file.Path;

/**
 * The machine, measured at its limits. Each of them removes its file.
 *
 * @param root local directory, on the disk that the servers use
 */
record MachineSubject(Path root, Sizes sizes) implements Subject {
  @Override
  public void run(String id, String directory, Meter meter) throws Exception {
    for (Limit limit : Limits.all(sizes)) {
      if (limit.id().equals(id)) {
        limit.run(root, meter);
      }
    }
  }

  @Override
  public void clean(String directory) {}

  @Override
  public void close() {}
}
