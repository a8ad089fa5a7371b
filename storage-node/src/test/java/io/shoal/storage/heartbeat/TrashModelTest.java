package io.shoal.storage.heartbeat;

import io.shoal.common.testing.SequenceTest;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Rule G5: nothing is erased that the leader knows or has not disowned for long enough, and nothing
 * stays that it does not know, whatever happens in which order and wherever the process dies.
 */
class TrashModelTest {
  private sealed interface Step {
    void on(TrashModel model);
  }

  private record Write(boolean small) implements Step {
    @Override
    public void on(TrashModel model) {
      model.write(small);
    }
  }

  private record Commit(int number) implements Step {
    @Override
    public void on(TrashModel model) {
      model.commit(number);
    }
  }

  private record Forget(int number) implements Step {
    @Override
    public void on(TrashModel model) {
      model.forget(number);
    }
  }

  private record Delete(int number) implements Step {
    @Override
    public void on(TrashModel model) {
      model.delete(number);
    }
  }

  private record CopyAnew(int number) implements Step {
    @Override
    public void on(TrashModel model) {
      model.copyAnew(number);
    }
  }

  private record Advance(long millis) implements Step {
    @Override
    public void on(TrashModel model) {
      model.advance(millis);
    }
  }

  private record Round() implements Step {
    @Override
    public void on(TrashModel model) {
      model.round();
    }
  }

  private record Scrub() implements Step {
    @Override
    public void on(TrashModel model) {
      model.scrub();
    }
  }

  private record Restart() implements Step {
    @Override
    public void on(TrashModel model) {
      model.restart();
    }
  }

  private record CrashAfter(int diskSteps) implements Step {
    @Override
    public void on(TrashModel model) {
      model.crashAfter(diskSteps);
    }
  }

  @Test
  void anySteps_anyCrashes_keepWhatIsKnownAndLoseTheRest() {
    SequenceTest.of(TrashModelTest::step, TrashModelTest::run).check(300, 60);
  }

  private static void run(List<Step> steps) {
    TrashModel model = new TrashModel();
    steps.forEach(step -> step.on(model));
    model.settle();
  }

  private static Step step(RandomGenerator random) {
    int number = random.nextInt(100);
    int kind = random.nextInt(100);
    if (kind < 20) {
      return new Write(random.nextInt(3) > 0);
    } else if (kind < 30) {
      return new Commit(number);
    } else if (kind < 36) {
      return new Forget(number);
    } else if (kind < 40) {
      return new Delete(number);
    } else if (kind < 45) {
      return new CopyAnew(number);
    } else if (kind < 62) {
      return new Advance(
          random.nextInt(2) == 0
              ? 1 + random.nextLong(2 * TrashModel.GRANT_MILLIS)
              : 1 + random.nextLong(TrashModel.PERIOD_MILLIS));
    } else if (kind < 66) {
      return new Scrub();
    } else if (kind < 88) {
      return new Round();
    } else if (kind < 92) {
      return new Restart();
    }
    return new CrashAfter(1 + random.nextInt(40));
  }
}
