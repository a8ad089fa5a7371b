package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reads show while too few servers are there, or another one comes to lead. */
final class ReadsWithoutALeaderTest {
  @TempDir Path directory;

  private LogGroup group;
  private LogServer leader;
  private LogServer follower;

  @BeforeEach
  void start() throws IOException {
    group = LogGroup.founded(directory, 3);
    leader = group.awaitLeader();
    follower = group.get(group.follower());
    group.add(1);
    Await.until("it follows", () -> follower.counter() == 1);
  }

  @AfterEach
  void stop() throws IOException {
    group.close();
  }

  @Test
  void noMajority_onlyStaleReadsAreServed() throws IOException {
    Await.result(leader.log.readBarrier());
    for (LogServer server : group.servers()) {
      if (server != leader) {
        group.stop(group.idOf(server));
      }
    }
    Await.until(
        "the lease has ended",
        () -> !leader.log.readBarrier(ReadConsistency.LEASE).isDone() || !leader.log.isLeader());
    assertThat(Await.failure(leader.log.readBarrier(ReadConsistency.LEASE)).code())
        .isIn(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.NOT_LEADER);
    Await.until("it leads no more", () -> !leader.log.isLeader());
    for (ReadConsistency consistency : ReadConsistency.values()) {
      CompletableFuture<Void> barrier = leader.log.readBarrier(consistency);
      if (consistency == ReadConsistency.STALE) {
        Await.result(barrier);
        assertThat(leader.counter()).isEqualTo(1);
      } else {
        assertThat(Await.failure(barrier).code()).isEqualTo(ErrorCode.NOT_LEADER);
      }
    }
  }

  @Test
  @Tag("long")
  void leaderIsGone_followerSaysThatItCannotTell_andFindsTheNext() throws IOException {
    group.stop(group.idOf(leader));
    CompletableFuture<Void> barrier = follower.log.readBarrier(ReadConsistency.FOLLOWER);
    assertThat(Await.failure(barrier).code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(Await.failure(barrier).subject()).isEmpty();
    LogServer next = group.awaitLeader();
    Await.result(next.log.submit(CounterMachine.add(1)));
    Await.until(
        "it can tell again",
        () -> {
          CompletableFuture<Void> again = follower.log.readBarrier(ReadConsistency.FOLLOWER);
          var unused = again.exceptionally(failure -> null).join();
          return !again.isCompletedExceptionally();
        });
    assertThat(follower.counter()).isEqualTo(2);
  }
}
