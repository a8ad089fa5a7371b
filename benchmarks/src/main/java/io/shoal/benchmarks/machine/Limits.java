package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.workload.Sizes;
import java.util.List;

/** All limits of the machine. */
public final class Limits {
  private Limits() {}

  /** Returns them in the order in which they run. */
  public static List<Limit> all(Sizes sizes) {
    long bytes = (long) sizes.largeMebibytes() << 20;
    return List.of(
        new LoopbackTransfer(bytes),
        new DiskWrite(bytes, false),
        new DiskWrite(bytes, true),
        new PageCacheRead(bytes),
        new Checksums(bytes),
        new CopiesOnDisk(bytes, false),
        new CopiesOnDisk(bytes, true),
        new CopiesSynced(sizes.records()),
        new RecordSyncs(sizes.records()));
  }
}
