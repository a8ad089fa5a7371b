package io.shoal.benchmarks.worker;

import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.store.FileStore;
import io.shoal.benchmarks.workload.Sizes;
import io.shoal.benchmarks.workload.Workload;
import io.shoal.benchmarks.workload.Workloads;

/** A file store, measured by the workloads. */
record StoreSubject(FileStore store, Sizes sizes) implements Subject {
  private static final String ROOT = "/bench";

  /** Takes a store and makes the directory that all workloads are in. */
  static StoreSubject of(FileStore store, Sizes sizes) throws InterruptedException {
    Await.value(store.mkdirs(ROOT));
    return new StoreSubject(store, sizes);
  }

  @Override
  public void run(String id, String directory, Meter meter) throws Exception {
    Workload workload =
        Workloads.all(sizes).stream()
            .filter(candidate -> candidate.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no workload " + id));
    Await.value(store.mkdirs(directory));
    workload.prepare(store, directory);
    workload.run(store, directory, meter);
  }

  @Override
  public void clean(String directory) throws InterruptedException {
    Await.value(store.delete(directory));
  }

  @Override
  public void close() {
    store.close();
  }
}
