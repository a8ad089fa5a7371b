package io.shoal.common.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SequenceTestTest {
  @Test
  void check_holds_runsAllSequences() {
    AtomicInteger runs = new AtomicInteger();
    SequenceTest.of(random -> random.nextInt(10), steps -> runs.incrementAndGet()).check(50, 20);
    assertThat(runs.get()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void check_fails_printsTheShortestSequence() {
    AssertionError failure =
        catchThrowableOfType(
            AssertionError.class,
            () ->
                SequenceTest.of(random -> random.nextInt(100), SequenceTestTest::sevenThenAnEight)
                    .check(1_000, 200));
    assertThat(failure)
        .hasMessageContaining("replay with -Dshoal.seed=")
        .hasMessageContaining("after 2 of ")
        .hasMessageEndingWith("steps:\n    7\n    8");
    assertThat(failure).cause().isInstanceOf(IllegalStateException.class);
  }

  @Test
  void check_shorterSequenceFailsOtherwise_isNoShrinking() {
    // A sequence may be drawn with four steps; only those that shrinking makes fail otherwise.
    AtomicBoolean shrinking = new AtomicBoolean();
    AssertionError failure =
        catchThrowableOfType(
            AssertionError.class,
            () ->
                SequenceTest.of(
                        random -> "x",
                        steps -> {
                          if (steps.size() >= 5) {
                            shrinking.set(true);
                            throw new IllegalStateException("too many");
                          } else if (steps.size() == 4 && shrinking.get()) {
                            throw new IllegalArgumentException("something else");
                          }
                        })
                    .check(1_000, 50));
    assertThat(failure).hasMessageContaining("after 5 of ").hasMessageContaining("too many");
  }

  @Test
  void check_property_namesTheSeed() {
    AssertionError failure =
        catchThrowableOfType(
            AssertionError.class,
            () -> Property.check(1_000, random -> assertThat(random.nextInt(10)).isNotEqualTo(3)));
    assertThat(failure).hasMessageContaining("-Dshoal.seed=");
  }

  @Test
  void random_sameSeed_drawsTheSame() {
    assertThat(Seeds.random(5).nextLong()).isEqualTo(Seeds.random(5).nextLong());
  }

  private static void sevenThenAnEight(List<Integer> steps) {
    int seven = steps.indexOf(7);
    if (seven >= 0 && steps.subList(seven, steps.size()).contains(8)) {
      throw new IllegalStateException("an eight after a seven");
    }
  }
}
