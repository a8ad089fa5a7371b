package io.shoal.metadata.consensus.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.CounterMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class CommandQueueTest {
  private static final long TERM = 3;

  private static final Duration LEASE = Duration.ofMillis(100);

  private final List<PendingEntry> appended = new ArrayList<>();
  private final FakeClock clock = new FakeClock();

  @Test
  void submit_notOpen_failsWithNotLeader() {
    assertThat(failure(queue(1, 100).submit(CounterMachine.add(1), new byte[1])))
        .isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(failure(queue(1, 100).barrier())).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(appended).isEmpty();
  }

  @Test
  void submit_idle_appendsAtOnce() {
    CommandQueue queue = open(1, 100);

    CompletableFuture<Reply> reply = submit(queue, 1);

    assertThat(appended).hasSize(1);
    assertThat(appended.get(0).term()).isEqualTo(TERM);
    assertThat(reply).isNotDone();
    appended.get(0).applied(List.of(allocated(7)));
    assertThat(reply).isCompletedWithValue(allocated(7));
  }

  @Test
  void submit_whileEntryIsInFlight_gathersForTheNext() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    CompletableFuture<Reply> second = submit(queue, 2);
    CompletableFuture<Reply> third = submit(queue, 3);
    assertThat(appended).hasSize(1);

    appended.get(0).applied(List.of(Reply.DONE));

    assertThat(appended).hasSize(2);
    assertThat(appended.get(1).commands())
        .containsExactly(CounterMachine.add(2), CounterMachine.add(3));
    appended.get(1).applied(List.of(allocated(2), allocated(3)));
    assertThat(second).isCompletedWithValue(allocated(2));
    assertThat(third).isCompletedWithValue(allocated(3));
  }

  @Test
  void submit_severalEntriesAllowed_appendsThatMany() {
    CommandQueue queue = open(2, 100);
    add(queue, 1);
    add(queue, 2);
    add(queue, 3);

    assertThat(appended).hasSize(2);
  }

  @Test
  void submit_bytesBeyondAnEntry_areSplit() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    for (int i = 0; i < 3; i++) {
      add(queue, 1, 400);
    }

    appended.get(0).applied(List.of(Reply.DONE));

    assertThat(appended.get(1).commandCount()).isEqualTo(2);
    appended.get(1).applied(List.of(Reply.DONE, Reply.DONE));
    assertThat(appended.get(2).commandCount()).isEqualTo(1);
  }

  @Test
  void submit_commandsBeyondAnEntry_areSplit() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    for (int i = 0; i < 9; i++) {
      add(queue, i);
    }

    appended.get(0).applied(List.of(Reply.DONE));

    assertThat(appended.get(1).commandCount()).isEqualTo(8);
  }

  @Test
  void submit_tooLargeCommand_isRefused() {
    CommandQueue queue = open(1, 100);

    CompletableFuture<Reply> reply = queue.submit(CounterMachine.add(1), new byte[501]);

    assertThat(failure(reply)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(appended).isEmpty();
  }

  @Test
  void submit_tooManyPending_isRefusedUntilOneIsSettled() {
    CommandQueue queue = open(1, 3);
    add(queue, 1);
    add(queue, 2);
    add(queue, 3);
    assertThat(failure(submit(queue, 4))).isEqualTo(ErrorCode.OVERLOADED);

    appended.get(0).applied(List.of(Reply.DONE));

    assertThat(submit(queue, 5)).isNotDone();
    assertThat(failure(submit(queue, 6))).isEqualTo(ErrorCode.OVERLOADED);
  }

  @Test
  void submit_tooManyBytesPending_isRefused() {
    CommandQueue queue = open(1, 100);
    for (int i = 0; i < 4; i++) {
      add(queue, 1, 500);
    }

    assertThat(failure(submit(queue, 1))).isEqualTo(ErrorCode.OVERLOADED);
  }

  @Test
  void close_refusesWhatWaitsAndLeavesWhatIsInFlight() {
    CommandQueue queue = open(1, 100);
    CompletableFuture<Reply> inFlight = submit(queue, 1);
    CompletableFuture<Reply> waits = submit(queue, 2);

    queue.close(new ShoalException(ErrorCode.NOT_LEADER, "", "gone"));

    assertThat(failure(waits)).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(inFlight).isNotDone();
    appended.get(0).failed(new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "lost"));
    assertThat(failure(inFlight)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(appended).hasSize(1);
  }

  @Test
  void close_thenOpen_hasTheWholeBudgetAgain() {
    CommandQueue queue = open(1, 2);
    add(queue, 1);
    add(queue, 2);
    queue.close(new ShoalException(ErrorCode.NOT_LEADER, "", "gone"));
    appended.get(0).failed(new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "lost"));

    queue.open(TERM + 1);

    assertThat(submit(queue, 3)).isNotDone();
    assertThat(submit(queue, 4)).isNotDone();
    assertThat(appended.get(1).term()).isEqualTo(TERM + 1);
  }

  @Test
  void entry_settledTwice_keepsTheFirst() {
    CommandQueue queue = open(1, 100);
    CompletableFuture<Reply> reply = submit(queue, 1);
    appended.get(0).applied(List.of(Reply.DONE));

    appended.get(0).failed(new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "late"));

    assertThat(reply).isCompletedWithValue(Reply.DONE);
    add(queue, 2);
    add(queue, 3);
    assertThat(appended).hasSize(2);
  }

  /** Rule R1: an entry that was formed before the read came in proves nothing to it. */
  @Test
  void barrier_entryInFlight_waitsForTheNextOne() {
    CommandQueue queue = open(2, 100);
    add(queue, 1);

    CompletableFuture<Void> barrier = queue.barrier();

    assertThat(appended).hasSize(2);
    assertThat(appended.get(1).commandCount()).isZero();
    appended.get(0).applied(List.of(Reply.DONE));
    assertThat(barrier).isNotDone();
    appended.get(1).applied(List.of());
    assertThat(barrier).isCompleted();
  }

  @Test
  void barrier_several_shareTheNextEntryWithCommands() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    CompletableFuture<Void> one = queue.barrier();
    add(queue, 2);
    CompletableFuture<Void> other = queue.barrier();

    appended.get(0).applied(List.of(Reply.DONE));

    assertThat(appended).hasSize(2);
    assertThat(appended.get(1).commandCount()).isEqualTo(1);
    assertThat(one).isNotDone();
    appended.get(1).applied(List.of(Reply.DONE));
    assertThat(one).isCompleted();
    assertThat(other).isCompleted();
    assertThat(appended).hasSize(2);
  }

  @Test
  void barrier_entryFails_failsToo() {
    CommandQueue queue = open(1, 100);
    CompletableFuture<Void> barrier = queue.barrier();

    appended.get(0).failed(new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "lost"));

    assertThat(failure(barrier)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
  }

  /** It counts from when the entry was formed: an election may have begun since. */
  @Test
  void leaseBarrier_entryWasAppliedThatWasFormedAMomentAgo_isCompleteAtOnce() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    assertThat(queue.leaseBarrier()).isNotDone();
    clock.advanceMillis(60);
    appended.get(0).applied(List.of(Reply.DONE));
    assertThat(queue.leaseBarrier()).isCompleted();
    clock.advanceMillis(39);
    assertThat(queue.leaseBarrier()).isCompleted();
    clock.advanceMillis(1);
    assertThat(queue.leaseBarrier()).isNotDone();
  }

  @Test
  void leaseBarrier_withoutALease_getsAnEntryThatGivesOne() {
    CommandQueue queue = open(1, 100);
    CompletableFuture<Void> first = queue.leaseBarrier();
    assertThat(appended).hasSize(1);
    appended.get(0).applied(List.of());
    assertThat(first).isCompleted();
    assertThat(queue.leaseBarrier()).isCompleted();
    assertThat(appended).hasSize(1);
  }

  @Test
  void leaseBarrier_entryFailedOrIsOfAFormerTerm_itGivesNone() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    appended.get(0).failed(new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "lost"));
    assertThat(queue.leaseBarrier()).isNotDone();
    queue.close(new ShoalException(ErrorCode.NOT_LEADER, "", "another leads"));
    assertThat(failure(queue.leaseBarrier())).isEqualTo(ErrorCode.NOT_LEADER);
    queue.open(TERM + 2);
    appended.get(1).applied(List.of());
    assertThat(queue.leaseBarrier()).isNotDone();
  }

  @Test
  void leaseBarrier_leadershipIsLost_endsAtOnce() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    appended.get(0).applied(List.of(Reply.DONE));
    queue.close(new ShoalException(ErrorCode.NOT_LEADER, "", "another leads"));
    assertThat(failure(queue.leaseBarrier())).isEqualTo(ErrorCode.NOT_LEADER);
  }

  /** Whoever is told to lead does not wait until it has heard nothing for a while. */
  @Test
  void leaseBarrier_anotherOneIsToLead_goesThroughTheLogForTheRestOfTheTerm() {
    CommandQueue queue = open(1, 100);
    add(queue, 1);
    appended.get(0).applied(List.of(Reply.DONE));
    assertThat(queue.leaseBarrier()).isCompleted();
    queue.endLease();
    for (int i = 1; i < 4; i++) {
      assertThat(queue.leaseBarrier()).isNotDone();
      clock.advanceMillis(20_000);
      appended.get(i).applied(List.of());
    }
    queue.close(new ShoalException(ErrorCode.NOT_LEADER, "", "another leads"));
    queue.open(TERM + 2);
    assertThat(queue.leaseBarrier()).isNotDone();
    appended.get(4).applied(List.of());
    assertThat(queue.leaseBarrier()).isCompleted();
  }

  private CommandQueue open(int entriesInFlight, int pendingCommands) {
    CommandQueue queue = queue(entriesInFlight, pendingCommands);
    queue.open(TERM);
    return queue;
  }

  private CommandQueue queue(int entriesInFlight, int pendingCommands) {
    return new CommandQueue(
        new QueueLimits(500, 1_000, 8, entriesInFlight, pendingCommands, 2_000),
        appended::add,
        DirectExecutor.INSTANCE,
        DirectExecutor.INSTANCE,
        () -> new ShoalException(ErrorCode.NOT_LEADER, "m2:7400", "another leads"),
        new LeaderLease(LEASE, clock));
  }

  /** Submits a command for whose reply nobody waits. */
  private static void add(CommandQueue queue, int count) {
    var unused = submit(queue, count);
  }

  private static void add(CommandQueue queue, int count, int bytes) {
    var unused = queue.submit(CounterMachine.add(count), new byte[bytes]);
  }

  private static CompletableFuture<Reply> submit(CommandQueue queue, int count) {
    return queue.submit(CounterMachine.add(count), new byte[10]);
  }

  private static Reply allocated(int first) {
    return new Reply.IdsAllocated(new ChunkId(first), 1);
  }

  private static ErrorCode failure(CompletableFuture<?> future) {
    assertThat(future).isDone();
    return Await.failure(future).code();
  }
}
