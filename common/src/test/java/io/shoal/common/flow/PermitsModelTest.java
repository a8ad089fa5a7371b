package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Await;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.common.testing.SequenceTest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Permits beside a model that keeps a plain list of waiters and recomputes who must hold what. */
class PermitsModelTest {
  private static final Permits.Limits LIMITS = new Permits.Limits(3, 10, 4);

  private sealed interface Step {}

  private record Acquire(int bytes) implements Step {}

  private record TryAcquire(int bytes) implements Step {}

  private record Release(int which) implements Step {}

  private record ReleasePart(int which, int bytes) implements Step {}

  private record Cancel(int which) implements Step {}

  private record Deliver() implements Step {}

  @Test
  void anySequence_behavesAsTheModel() {
    SequenceTest.of(PermitsModelTest::draw, steps -> new Run().play(steps)).check(2_000, 60);
  }

  @Test
  void manyThreads_neverExceedTheBudgetAndLeakNothing() {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    Permits permits = new Permits("busy", new Permits.Limits(5, 100, 10_000), threads);
    AtomicLong held = new AtomicLong();
    AtomicLong most = new AtomicLong();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 5_000; i++) {
      long bytes = random.nextLong(1, 61);
      CompletableFuture<Permit> acquired = permits.acquire(bytes);
      ends.add(
          acquired.handleAsync(
              (permit, cancelled) -> {
                if (permit != null) {
                  most.accumulateAndGet(held.addAndGet(bytes), Math::max);
                  held.addAndGet(-bytes);
                  permit.release();
                }
                return null;
              },
              threads));
      if (random.nextInt(4) == 0) {
        threads.execute(() -> acquired.cancel(false));
      }
    }
    ends.forEach(Await::result);
    Await.until("all permits are back", () -> permits.heldCount() == 0 && permits.waiting() == 0);
    assertThat(permits.heldBytes()).isZero();
    assertThat(most.get()).isBetween(1L, 100L);
    threads.shutdown();
  }

  private static Step draw(RandomGenerator random) {
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> new Acquire(random.nextInt(14));
      case 3 -> new TryAcquire(random.nextInt(14));
      case 4, 5 -> new Release(random.nextInt(8));
      case 6 -> new ReleasePart(random.nextInt(8), random.nextInt(5));
      case 7 -> new Cancel(random.nextInt(8));
      default -> new Deliver();
    };
  }

  /**
   * One system and its model. A request is in one of four places: waiting, on its way, held, gone.
   */
  private static final class Run {
    private final QueueExecutor executor = new QueueExecutor();
    private final Permits permits = new Permits("model", LIMITS, executor);
    private final List<Request> waiting = new ArrayList<>();
    private final List<Request> underWay = new ArrayList<>();
    private final List<Request> held = new ArrayList<>();

    void play(List<Step> steps) {
      for (Step step : steps) {
        apply(step);
        compare();
      }
      deliver();
      List.copyOf(waiting).forEach(this::cancel);
      while (!held.isEmpty() || !underWay.isEmpty()) {
        deliver();
        List.copyOf(held).forEach(this::release);
      }
      compare();
      assertThat(permits.heldCount()).isZero();
    }

    private void apply(Step step) {
      if (step instanceof Acquire acquire) {
        acquire(acquire.bytes());
      } else if (step instanceof TryAcquire acquire) {
        tryAcquire(acquire.bytes());
      } else if (step instanceof Release release && release.which() < held.size()) {
        release(held.get(release.which()));
      } else if (step instanceof ReleasePart part && part.which() < held.size()) {
        releasePart(held.get(part.which()), part.bytes());
      } else if (step instanceof Cancel cancel) {
        List<Request> open = new ArrayList<>(waiting);
        open.addAll(underWay);
        if (cancel.which() < open.size()) {
          cancel(open.get(cancel.which()));
        }
      } else if (step instanceof Deliver) {
        deliver();
      }
    }

    private void acquire(long bytes) {
      Request request = new Request(bytes, permits.acquire(bytes));
      if (waiting.isEmpty() && fits(bytes)) {
        assertThat(request.future).isCompleted();
        held.add(request);
      } else if (waiting.size() < LIMITS.maxWaiters()) {
        assertThat(request.future).isNotDone();
        waiting.add(request);
      } else {
        assertThat(request.future).isCompletedExceptionally();
      }
    }

    private void tryAcquire(long bytes) {
      Permit permit = permits.tryAcquire(bytes);
      assertThat(permit != null).isEqualTo(waiting.isEmpty() && fits(bytes));
      if (permit != null) {
        held.add(new Request(bytes, CompletableFuture.completedFuture(permit)));
      }
    }

    private void release(Request request) {
      request.permit().release();
      held.remove(request);
      grant();
    }

    private void releasePart(Request request, long bytes) {
      if (bytes <= request.bytes) {
        request.permit().release(bytes);
        request.bytes -= bytes;
        grant();
      }
    }

    private void cancel(Request request) {
      request.future.cancel(false);
      if (waiting.remove(request)) {
        grant();
      }
    }

    private void deliver() {
      // What was cancelled on its way makes room, which sends more on its way.
      while (!underWay.isEmpty()) {
        List<Request> arrived = List.copyOf(underWay);
        underWay.clear();
        arrived.forEach(
            request -> {
              if (!request.future.isCancelled()) {
                held.add(request);
              }
            });
        grant();
      }
      executor.runAll();
    }

    private void grant() {
      while (!waiting.isEmpty() && fits(waiting.get(0).bytes)) {
        underWay.add(waiting.remove(0));
      }
    }

    private boolean fits(long bytes) {
      return heldCount() < LIMITS.maxCount() && heldBytes() + charge(bytes) <= LIMITS.maxBytes();
    }

    private int heldCount() {
      return held.size() + underWay.size();
    }

    private long heldBytes() {
      return held.stream().mapToLong(request -> charge(request.bytes)).sum()
          + underWay.stream().mapToLong(request -> charge(request.bytes)).sum();
    }

    private static long charge(long bytes) {
      return Math.min(bytes, LIMITS.maxBytes());
    }

    private void compare() {
      assertThat(permits.heldCount()).isEqualTo(heldCount());
      assertThat(permits.heldBytes()).isEqualTo(heldBytes());
      assertThat(permits.waiting()).isEqualTo(waiting.size());
      assertThat(held)
          .allSatisfy(request -> assertThat(request.permit().bytes()).isEqualTo(request.bytes));
      assertThat(waiting).noneMatch(request -> request.future.isDone());
    }
  }

  private static final class Request {
    private final CompletableFuture<Permit> future;
    private long bytes;

    Request(long bytes, CompletableFuture<Permit> future) {
      this.bytes = bytes;
      this.future = future;
    }

    Permit permit() {
      return future.getNow(null);
    }
  }
}
