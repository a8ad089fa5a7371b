package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One directory with a million entries: made, listed as a stream, deleted at once. */
@Tag("long")
class MillionEntriesTest {
  private static final int ENTRIES = 1_000_000;
  private static final int IN_FLIGHT = 512;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @TempDir private Path directory;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void directory_ofAMillionEntries_isListedInOrder() throws InterruptedException {
    try (EmbeddedCluster cluster =
            EmbeddedCluster.in(directory).nodes(1).metadata("session.lifetime=1m").start();
        ShoalClient client = cluster.newClient()) {
      Await.result(client.mkdir("/big", false));
      Semaphore room = new Semaphore(IN_FLIGHT);
      for (int i = 0; i < ENTRIES; i++) {
        room.acquire();
        var unused =
            client.mkdir("/big/entry-" + i, false).whenComplete((made, failure) -> room.release());
      }
      room.acquire(IN_FLIGHT);

      Counting counting = new Counting();
      client.list("/big").subscribe(counting);
      assertThat(Await.result(counting.count, LIMIT)).isEqualTo(ENTRIES);

      Await.result(client.delete("/big", true));
      assertThat(Await.failure(client.stat("/big")).code())
          .as("detached at once")
          .isEqualTo(ErrorCode.NOT_FOUND);
      Await.until(
          "all is reclaimed", LIMIT, () -> Await.result(client.cluster()).inodeCount() <= 1);
    }
  }

  /** Counts entries and checks their order; asks for a hundred at a time. */
  private static final class Counting implements Flow.Subscriber<DirectoryEntry> {
    private static final int BATCH = 100;

    private final CompletableFuture<Integer> count = new CompletableFuture<>();
    private String last = "";
    private int seen;
    private Flow.Subscription subscription = new NoSubscription();

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(BATCH);
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      if (entry.name().compareTo(last) <= 0) {
        count.completeExceptionally(new AssertionError(entry.name() + " comes after " + last));
      }
      last = entry.name();
      if (++seen % BATCH == 0) {
        subscription.request(BATCH);
      }
    }

    @Override
    public void onError(Throwable failure) {
      count.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      count.complete(seen);
    }
  }

  private static final class NoSubscription implements Flow.Subscription {
    @Override
    public void request(long count) {
      throw new IllegalStateException("not subscribed yet");
    }

    @Override
    public void cancel() {
      throw new IllegalStateException("not subscribed yet");
    }
  }
}
