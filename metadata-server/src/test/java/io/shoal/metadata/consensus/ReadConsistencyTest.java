package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reads show, and what they cost, at servers that lead and at those that do not. */
final class ReadConsistencyTest {
  @TempDir static Path directory;
  @TempDir Path second;

  private static LogGroup group;
  private static LogServer leader;
  private static LogServer follower;

  @BeforeAll
  static void start() throws IOException {
    group = LogGroup.founded(directory, 3);
    leader = group.awaitLeader();
    follower = group.get(group.follower());
    group.add(1);
    Await.until("it follows", () -> follower.counter() == 1);
  }

  @AfterAll
  static void stop() throws IOException {
    group.close();
  }

  private static long read(LogServer server, ReadConsistency consistency) {
    Await.result(server.log.readBarrier(consistency));
    return server.counter();
  }

  @Test
  void follower_showsWhatWasAcknowledgedBefore_eachTime() {
    long before = leader.counter();
    for (int i = 1; i < 100; i++) {
      Await.result(leader.log.submit(CounterMachine.add(1)));
      assertThat(read(follower, ReadConsistency.FOLLOWER)).isEqualTo(before + i);
    }
  }

  @Test
  void follower_manyReads_shareQuestions() {
    int before = group.questions.get();
    List<CompletableFuture<Void>> reads = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      reads.add(follower.log.readBarrier(ReadConsistency.FOLLOWER));
    }
    reads.forEach(Await::result);
    assertThat(group.questions.get() - before).isLessThan(500);
  }

  @Test
  void follower_atTheLeader_asksNobody() {
    int before = group.questions.get();
    assertThat(read(leader, ReadConsistency.FOLLOWER)).isPositive();
    assertThat(group.questions.get()).isEqualTo(before);
  }

  @Test
  void lease_rightAfterAnEntry_needsNoOther() {
    // Again if the machine stood still for as long as the lease.
    Await.until(
        "a read is answered at once, and no entry is made",
        () -> {
          Await.result(leader.log.readBarrier());
          long before = leader.appliedIndex();
          boolean atOnce = leader.log.readBarrier(ReadConsistency.LEASE).isDone();
          Await.result(leader.log.readBarrier(ReadConsistency.LEASE));
          return atOnce && leader.appliedIndex() == before;
        });
  }

  /** The one that is to lead does not wait until it has heard nothing for a while. */
  @Test
  void lease_anotherOneIsToLead_endsBeforeThatIsTold() throws IOException {
    try (LogGroup other = LogGroup.founded(second, 3)) {
      LogServer former = other.awaitLeader();
      Await.result(former.log.readBarrier());
      CompletableFuture<Void> handedOver =
          former.log.group().transferLeadership(Optional.of(other.follower()));
      CompletableFuture<Void> barrier = former.log.readBarrier(ReadConsistency.LEASE);
      assertThat(barrier.isDone() && !barrier.isCompletedExceptionally()).isFalse();
      Await.result(handedOver);
    }
  }

  @Test
  void logIndex_ofAServerThatDoesNotLead_isRefused() {
    assertThat(Await.failure(follower.log.logIndex("m0")).code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(Await.result(leader.log.logIndex("m0"))).isEqualTo(leader.appliedIndex());
  }
}
