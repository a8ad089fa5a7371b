package io.shoal.faults.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.faults.history.Operation.Kind;
import io.shoal.faults.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final List<Operation> history = new ArrayList<>();

  private void wrote(Kind kind, long content, Outcome outcome, long begin, long end) {
    history.add(new Operation(0, 1, kind, content, outcome, 0, begin, end));
  }

  private void read(long found, long begin, long end) {
    Outcome outcome = found == 0 ? Outcome.MISSING : Outcome.DONE;
    history.add(new Operation(0, 1, Kind.READ, 0, outcome, found, begin, end));
  }

  private void assertFits() {
    assertThat(Linearizability.violations(history)).isEmpty();
  }

  private void assertDoesNotFit() {
    assertThat(Linearizability.violations(history)).hasSize(1);
  }

  @Test
  void oneAfterTheOther_fits() {
    read(0, 0, 1);
    wrote(Kind.CREATE, 7, Outcome.DONE, 2, 3);
    wrote(Kind.CREATE, 8, Outcome.EXISTS, 4, 5);
    read(7, 6, 7);
    wrote(Kind.REPLACE, 9, Outcome.DONE, 8, 9);
    read(9, 10, 11);
    wrote(Kind.DELETE, 0, Outcome.DONE, 12, 13);
    wrote(Kind.DELETE, 0, Outcome.MISSING, 14, 15);
    assertFits();
  }

  @Test
  void staleRead_doesNotFit() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    wrote(Kind.REPLACE, 8, Outcome.DONE, 2, 3);
    read(7, 4, 5);
    assertDoesNotFit();
  }

  @Test
  void readAtTheSameTime_mayFindBoth_butNeverGoBack() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    wrote(Kind.REPLACE, 8, Outcome.DONE, 2, 20);
    read(7, 3, 4);
    read(8, 5, 6);
    assertFits();
    read(7, 7, 8);
    assertDoesNotFit();
  }

  @Test
  void twoCreatesThatWereBothDone_doNotFit() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 10);
    wrote(Kind.CREATE, 8, Outcome.DONE, 0, 10);
    assertDoesNotFit();
  }

  /** Applied twice: the second time it takes away what was written between. */
  @Test
  void doubledDelete_doesNotFit() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    wrote(Kind.DELETE, 0, Outcome.DONE, 2, 20);
    wrote(Kind.CREATE, 8, Outcome.DONE, 3, 4);
    assertFits();
    read(0, 21, 22);
    assertDoesNotFit();
  }

  @Test
  void lostWrite_doesNotFit() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    read(0, 2, 3);
    assertDoesNotFit();
  }

  @Test
  void unknownOutcome_mayComeLate_orNever_butOnlyOnce() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    wrote(Kind.REPLACE, 8, Outcome.UNKNOWN, 2, Operation.NEVER);
    read(7, 10, 11);
    assertFits();
    read(8, 12, 13);
    assertFits();
    wrote(Kind.REPLACE, 9, Outcome.DONE, 14, 15);
    read(9, 16, 17);
    assertFits();
    read(8, 18, 19);
    assertDoesNotFit();
  }

  @Test
  void filesAreJudgedEachByItself() {
    wrote(Kind.CREATE, 7, Outcome.DONE, 0, 1);
    history.add(new Operation(0, 2, Kind.READ, 0, Outcome.DONE, 7, 2, 3));
    assertThat(Linearizability.violations(history))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("file 2"));
  }

  /** What was done one after the other stays so, however far begins and ends are drawn apart. */
  @Test
  void anyHistoryThatWasInOrder_fits_andOneWithAChangedReadDoesNot() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Operation> operations = inOrder(random, 40);
      Collections.shuffle(operations, random);
      assertThat(Linearizability.violations(operations)).as("seed " + seed).isEmpty();
      long nobodyWrote = 1_000;
      operations.add(
          new Operation(9, 1, Kind.READ, 0, Outcome.DONE, nobodyWrote, 0, Long.MAX_VALUE - 1));
      assertThat(Linearizability.violations(operations)).as("seed " + seed).isNotEmpty();
    }
  }

  private static List<Operation> inOrder(Random random, int count) {
    List<Operation> operations = new ArrayList<>();
    long content = Register.ABSENT;
    for (int i = 0; i < count; i++) {
      Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      long at = 100L * i;
      long begin = Math.max(0, at - random.nextInt(350));
      long end = at + random.nextInt(350);
      Outcome failure = kind == Kind.CREATE ? Outcome.EXISTS : Outcome.MISSING;
      long written = kind == Kind.CREATE || kind == Kind.REPLACE ? i + 1 : 0;
      long found = kind.reads() ? content : 0;
      Operation done = new Operation(0, 1, kind, written, Outcome.DONE, found, begin, end);
      OptionalLong after = Register.after(content, done);
      if (after.isEmpty()) {
        done = new Operation(0, 1, kind, written, failure, 0, begin, end);
        after = Register.after(content, done);
      } else if (random.nextInt(8) == 0 && !kind.reads()) {
        done = new Operation(0, 1, kind, written, Outcome.UNKNOWN, 0, begin, Operation.NEVER);
      }
      content = after.orElseThrow();
      operations.add(done);
    }
    return operations;
  }
}
