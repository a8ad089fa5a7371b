package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.machine.Limit;
import io.shoal.benchmarks.machine.Limits;
import io.shoal.benchmarks.workload.Sizes;
import io.shoal.benchmarks.workload.Workload;
import io.shoal.benchmarks.workload.Workloads;
import java.util.ArrayList;
import java.util.List;

/**
 * What is run on all systems before the next is begun: a workload, a limit of the machine, or the
 * start of the command lines.
 *
 * @param data name of the data that it shares with its neighbours; empty if there is none
 */
record Unit(String id, String data) {
  /** The one that the coordinator measures itself. */
  static final String COMMAND_LINE = "W11";

  private static final Sizes ANY = Sizes.quick(8);

  /** Returns all, in the order in which they run. */
  static List<Unit> all() {
    List<Unit> units = new ArrayList<>();
    List<Workload> workloads = Workloads.all(ANY);
    for (Limit limit : Limits.all(ANY)) {
      if (workloads.stream().noneMatch(workload -> workload.id().equals(limit.id()))) {
        units.add(new Unit(limit.id(), ""));
      }
    }
    workloads.forEach(workload -> units.add(new Unit(workload.id(), workload.data())));
    units.add(new Unit(COMMAND_LINE, ""));
    return units;
  }

  /** Returns the names of all. */
  static List<String> ids() {
    return all().stream().map(Unit::id).toList();
  }
}
