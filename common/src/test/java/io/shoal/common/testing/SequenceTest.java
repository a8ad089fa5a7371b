package io.shoal.common.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Checks something with states: draws sequences of steps, runs each on a fresh system (usually
 * beside a simple model that says what must come out) and, when one fails, deletes steps for as
 * long as it still fails, so that what is printed is nearly the shortest sequence that shows the
 * fault. A failure prints its seed; {@code -Dshoal.seed=SEED} replays it, {@code -Dshoal.effort=N}
 * draws N times as many sequences.
 *
 * <p>Steps are values with a {@code toString} that tells them. Because any of them may be deleted,
 * a step that makes no sense in the present state must be skipped by the runner, not fail it. The
 * runner must do the same for the same steps: no clocks, no threads, no randomness of its own.
 *
 * <p>Shrinking: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
 * TSE 28 (2002), complement reduction only.
 *
 * @param <S> a step, usually a sealed interface of records
 */
public final class SequenceTest<S> {
  /** Runs steps on a fresh system. */
  @FunctionalInterface
  public interface Runner<S> {
    /** Throws if the system does not do what it must. */
    void run(List<S> steps) throws Exception;
  }

  private static final int MAX_SHRINK_RUNS = 5_000;

  private final Function<RandomGenerator, S> generator;
  private final Runner<S> runner;

  private SequenceTest(Function<RandomGenerator, S> generator, Runner<S> runner) {
    this.generator = generator;
    this.runner = runner;
  }

  /**
   * Describes a test.
   *
   * @param generator draws one step, without knowing the state
   */
  public static <S> SequenceTest<S> of(Function<RandomGenerator, S> generator, Runner<S> runner) {
    return new SequenceTest<>(generator, runner);
  }

  /**
   * Draws and runs sequences.
   *
   * @param sequences how many
   * @param maxSteps longest sequence; lengths are drawn evenly from 1 on
   * @throws AssertionError with seed and shortest sequence, caused by what that threw
   */
  public void check(int sequences, int maxSteps) {
    Seeds.forIterations(sequences)
        .forEach(
            seed -> {
              List<S> steps = draw(Seeds.random(seed), maxSteps);
              failureOf(steps).ifPresent(failure -> report(seed, steps, failure));
            });
  }

  private List<S> draw(RandomGenerator random, int maxSteps) {
    int count = 1 + random.nextInt(maxSteps);
    List<S> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      steps.add(generator.apply(random));
    }
    return steps;
  }

  private Optional<Throwable> failureOf(List<S> steps) {
    try {
      runner.run(List.copyOf(steps));
      return Optional.empty();
    } catch (Exception | AssertionError failure) {
      return Optional.of(failure);
    }
  }

  private void report(long seed, List<S> steps, Throwable failure) {
    Shrunk<S> shortest = new Shrinking(failure.getClass()).shrink(new Shrunk<>(steps, failure));
    StringBuilder message = new StringBuilder(Seeds.howToReplay(seed));
    message
        .append(": ")
        .append(shortest.failure)
        .append("\n  after ")
        .append(shortest.steps.size());
    message.append(" of ").append(steps.size()).append(" steps:");
    shortest.steps.forEach(step -> message.append("\n    ").append(step));
    throw new AssertionError(message.toString(), shortest.failure);
  }

  private record Shrunk<S>(List<S> steps, Throwable failure) {}

  /** Looks for a shorter sequence that fails with the same kind of exception. */
  private final class Shrinking {
    private final Class<? extends Throwable> kind;
    private int runs;

    Shrinking(Class<? extends Throwable> kind) {
      this.kind = kind;
    }

    Shrunk<S> shrink(Shrunk<S> failing) {
      Shrunk<S> shortest = failing;
      int chunk = Math.max(1, failing.steps.size() / 2);
      while (runs < MAX_SHRINK_RUNS) {
        Shrunk<S> shorter = withoutChunks(shortest, chunk);
        boolean progress = shorter.steps.size() < shortest.steps.size();
        shortest = shorter;
        if (chunk == 1 && !progress) {
          break;
        }
        chunk = Math.max(1, Math.min(chunk / 2, shortest.steps.size()));
      }
      return shortest;
    }

    /** Goes once through the sequence and leaves out each chunk without which it still fails. */
    private Shrunk<S> withoutChunks(Shrunk<S> failing, int chunk) {
      Shrunk<S> shortest = failing;
      int from = 0;
      while (from < shortest.steps.size() && runs < MAX_SHRINK_RUNS) {
        List<S> fewer = new ArrayList<>(shortest.steps);
        fewer.subList(from, Math.min(from + chunk, fewer.size())).clear();
        runs++;
        Optional<Throwable> failure = failureOf(fewer).filter(kind::isInstance);
        if (failure.isPresent()) {
          shortest = new Shrunk<>(fewer, failure.get());
        } else {
          from += chunk;
        }
      }
      return shortest;
    }
  }
}
