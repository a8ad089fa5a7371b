package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.measure.Sample;
import io.shoal.benchmarks.report.Results;
import io.shoal.benchmarks.worker.Command;
import java.io.IOException;
import java.util.List;

/**
 * Has all systems measured in turn. A round runs every unit, a unit every system before the next
 * begins, and each time another system is first: what the machine does meanwhile hits all alike.
 */
final class Coordinator {
  private final List<Worker> workers;
  private final List<Unit> units;
  private final Results results;

  Coordinator(List<Worker> workers, List<Unit> units, Results results) {
    this.workers = workers;
    this.units = units;
    this.results = results;
  }

  /** Runs rounds of which nothing is kept, then those that count. */
  void run(int warmUpRounds, int rounds) throws IOException, InterruptedException {
    int all = warmUpRounds + rounds;
    for (int round = 1; round <= all; round++) {
      boolean counts = round > warmUpRounds;
      System.err.printf("round %d of %d%s%n", round, all, counts ? "" : ", not counted");
      for (int i = 0; i < units.size(); i++) {
        for (int turn = 0; turn < workers.size(); turn++) {
          Worker worker = workers.get((round + i + turn) % workers.size());
          if (worker.system().workloads().contains(units.get(i).id())) {
            run(worker, i, round, counts);
          }
        }
      }
    }
  }

  private void run(Worker worker, int index, int round, boolean counts)
      throws IOException, InterruptedException {
    Unit unit = units.get(index);
    String directory = "/bench/round-" + round + "/" + unit.data();
    try {
      for (Sample sample : measure(worker, unit, directory)) {
        if (counts) {
          results.add(worker.system().name(), sample);
        }
      }
    } catch (WorkFailedException e) {
      fail(unit.id(), e);
    }
    // Also after a failure: what is left would fill the disk.
    if (!unit.data().isEmpty() && isLastOnData(worker.system(), index)) {
      try {
        worker.obey(new Command.Clean(directory));
      } catch (WorkFailedException e) {
        fail(unit.id() + ", cleaning up", e);
      }
    }
  }

  private void fail(String what, WorkFailedException failure) {
    System.err.println(what + " failed: " + failure.getMessage());
    results.addFailure(what + ", " + failure.getMessage());
  }

  private static List<Sample> measure(Worker worker, Unit unit, String directory)
      throws IOException, InterruptedException, WorkFailedException {
    if (unit.id().equals(Unit.COMMAND_LINE)) {
      return CommandLines.measure(worker.system());
    }
    return worker.obey(new Command.Run(unit.id(), directory));
  }

  /** Tells whether a system has nothing more to do with the data of a unit in this round. */
  private boolean isLastOnData(SystemUnderTest system, int index) {
    return units.stream()
        .skip(index + 1L)
        .filter(later -> later.data().equals(units.get(index).data()))
        .noneMatch(later -> system.workloads().contains(later.id()));
  }
}
