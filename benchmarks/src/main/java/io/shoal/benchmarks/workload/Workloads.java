package io.shoal.benchmarks.workload;

import java.util.List;

/** All workloads. */
public final class Workloads {
  private Workloads() {}

  /** Returns them in the order in which they run: those that share data side by side. */
  public static List<Workload> all(Sizes sizes) {
    return List.of(
        new LargeFile.Write(sizes),
        new LargeFile.Read(sizes),
        new LargeFile.LocalRead(sizes),
        new PositionedReads(sizes),
        new ParallelFiles.Write(sizes),
        new ParallelFiles.Read(sizes),
        new SmallFiles.Write(sizes),
        new SmallFiles.Read(sizes),
        new Names(sizes),
        new Flushes(sizes),
        new Flood(sizes),
        new Depths(sizes),
        new AsynchronousGain(sizes));
  }
}
