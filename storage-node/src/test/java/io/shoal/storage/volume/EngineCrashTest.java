package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.SequenceTest;
import io.shoal.storage.io.SimulatedDisk.Operation;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The engine dies at every step that touches a disk, and at random ones, and comes back with all
 * that it acknowledged.
 */
class EngineCrashTest {
  private static final int SLOTS = 5;

  /** Tasks of one batch of steps of the fixed scenario: enough to let all of them happen. */
  private static final int ALL_TASKS = 10_000;

  private sealed interface Step {
    void on(EngineModel model);
  }

  private record Open(int slot) implements Step {
    @Override
    public void on(EngineModel model) {
      model.open(slot);
    }
  }

  private record Append(int slot, int length) implements Step {
    @Override
    public void on(EngineModel model) {
      model.append(slot, length);
    }
  }

  private record Flush(int slot) implements Step {
    @Override
    public void on(EngineModel model) {
      model.flush(slot);
    }
  }

  private record Finish(int slot) implements Step {
    @Override
    public void on(EngineModel model) {
      model.finish(slot);
    }
  }

  private record Delete(int number) implements Step {
    @Override
    public void on(EngineModel model) {
      model.delete(number);
    }
  }

  private record Confirm(int number) implements Step {
    @Override
    public void on(EngineModel model) {
      model.confirm(number);
    }
  }

  private record Run(int tasks, long seed) implements Step {
    @Override
    public void on(EngineModel model) {
      model.run(tasks, seed);
    }
  }

  private record CrashAfter(int diskSteps) implements Step {
    @Override
    public void on(EngineModel model) {
      model.node.crashPoint.crashAfter(diskSteps);
    }
  }

  private record CrashNow(long seed) implements Step {
    @Override
    public void on(EngineModel model) {
      model.crashNow(seed);
    }
  }

  private record FailOnce(Operation operation) implements Step {
    @Override
    public void on(EngineModel model) {
      model.failOnce(operation);
    }
  }

  @Test
  void crash_atEveryStepOfAScenario_losesNothingAcknowledged() {
    long steps = stepsOfScenario();
    assertThat(steps).as("the scenario does something").isGreaterThan(40);
    for (long crashAt = 1; crashAt <= steps; crashAt++) {
      for (long seed = 1; seed <= 3; seed++) {
        EngineModel model = new EngineModel(1);
        model.node.crashPoint.crashAfter(crashAt);
        scenario(model, seed);
        model.node.crashPoint.restart();
        model.close();
      }
    }
  }

  private static long stepsOfScenario() {
    EngineModel model = new EngineModel(1);
    long before = model.node.crashPoint.steps();
    scenario(model, 1);
    return model.node.crashPoint.steps() - before;
  }

  /**
   * A small chunk, a file that grows by flushes, one that is written at once, deletions of each
   * kind.
   */
  private static void scenario(EngineModel model, long seed) {
    int block = StoreFixture.BLOCK;
    List<List<Step>> batches =
        List.of(
            List.of(new Open(0), new Open(1), new Open(2), new Open(3)),
            List.of(
                new Append(0, 5_000),
                new Finish(0),
                new Append(1, 100),
                new Flush(1),
                new Append(2, StoreFixture.SMALL + 7),
                new Finish(2),
                new Append(3, 3 * block),
                new Flush(3)),
            List.of(new Append(1, 2 * block), new Flush(1), new Confirm(0), new Delete(2)),
            List.of(new Append(1, 77), new Finish(1), new Delete(3), new Delete(0)));
    for (List<Step> batch : batches) {
      batch.forEach(step -> step.on(model));
      model.run(ALL_TASKS, seed);
    }
  }

  @Test
  void anySteps_anyCrashes_loseNothingAcknowledged() {
    SequenceTest.of(random -> step(random, false), steps -> runAll(steps, 1)).check(250, 80);
  }

  @Test
  void anySteps_twoVolumes_loseNothingAcknowledged() {
    SequenceTest.of(random -> step(random, false), steps -> runAll(steps, 2)).check(80, 80);
  }

  @Test
  void anySteps_failingDisk_loseNothingAcknowledged() {
    SequenceTest.of(random -> step(random, true), steps -> runAll(steps, 1)).check(150, 80);
  }

  private static void runAll(List<Step> steps, int volumes) {
    EngineModel model = new EngineModel(volumes);
    steps.forEach(step -> step.on(model));
    model.run(ALL_TASKS, 1);
    model.node.crashPoint.restart();
    model.close();
  }

  private static Step step(RandomGenerator random, boolean failing) {
    int slot = random.nextInt(SLOTS);
    int kind = random.nextInt(100);
    if (kind < 15) {
      return new Open(slot);
    } else if (kind < 35) {
      return new Append(slot, length(random));
    } else if (kind < 47) {
      return new Flush(slot);
    } else if (kind < 55) {
      return new Finish(slot);
    } else if (kind < 60) {
      return new Delete(random.nextInt(100));
    } else if (kind < 63) {
      return new Confirm(random.nextInt(100));
    } else if (kind < 92) {
      return new Run(1 + random.nextInt(25), random.nextLong());
    } else if (failing && kind < 96) {
      Operation[] writes = {
        Operation.CREATE,
        Operation.WRITE,
        Operation.SYNC,
        Operation.SYNC_DIRECTORY,
        Operation.DELETE
      };
      return new FailOnce(writes[random.nextInt(writes.length)]);
    } else if (kind < 98) {
      return new CrashAfter(1 + random.nextInt(30));
    }
    return new CrashNow(random.nextLong());
  }

  private static int length(RandomGenerator random) {
    int block = StoreFixture.BLOCK;
    return switch (random.nextInt(5)) {
      case 0 -> 1 + random.nextInt(100);
      case 1 -> block - 1 + random.nextInt(3);
      case 2 -> 1 + random.nextInt(3 * block);
      case 3 -> block * (1 + random.nextInt(4));
      default -> StoreFixture.SMALL - 10 + random.nextInt(20);
    };
  }
}
