package io.shoal.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Processes;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadsTest {
  private static final Sizes SIZES = new Sizes(8, 20, 20, 30, 5, 10, 100);

  private final List<Sample> samples = new ArrayList<>();
  private final Meter meter = new Meter(new Processes(List.of()), samples::add);

  static List<Workload> all() {
    return Workloads.all(SIZES);
  }

  @ParameterizedTest
  @MethodSource("all")
  void run_alone_preparesWhatItNeeds(Workload workload) throws Exception {
    MemoryStore store = new MemoryStore();
    run(workload, store);

    assertThat(samples)
        .isNotEmpty()
        .allMatch(sample -> sample.row().id().startsWith(workload.id()));
  }

  @Test
  void run_allOnOneStore_makesEveryRowOnce() throws Exception {
    MemoryStore store = new MemoryStore();
    for (Workload workload : all()) {
      run(workload, store);
    }

    assertThat(samples)
        .extracting(Sample::row)
        .extracting(Row::id)
        .doesNotHaveDuplicates()
        .contains(
            "W1",
            "W2",
            "W7-mkdirs",
            "W7-delete",
            "W8-4",
            "W8-64",
            "W10-write",
            "W12-mkdirs-256",
            "W12-stat-1",
            "A-stat-all");
  }

  private void run(Workload workload, MemoryStore store) throws Exception {
    String directory = "/bench/" + workload.data();
    Await.value(store.mkdirs(directory));
    workload.prepare(store, directory);
    workload.run(store, directory, meter);
  }
}
