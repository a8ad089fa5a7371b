package io.shoal.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.benchmarks.measure.Row.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeterTest {
  private static final Row ROW = new Row("W0", "some work", Figure.RATE);

  private final List<Sample> samples = new ArrayList<>();
  private final Meter meter = new Meter(new Processes(List.of()), samples::add);

  @Test
  void measure_threadsThatEndWithTheWork_areCounted() throws Exception {
    meter.measure(ROW, () -> work(5));

    assertThat(samples.get(0).clientThreads()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void measure_threadsOfWorkBefore_areForgotten() throws Exception {
    meter.measure(ROW, () -> work(50));
    meter.measure(ROW, () -> work(1));

    assertThat(samples.get(1).clientThreads()).isLessThan(50);
  }

  private static Amount work(int threads) throws InterruptedException {
    CountDownLatch allRun = new CountDownLatch(threads);
    List<Thread> started =
        Stream.generate(() -> new Thread(() -> countDownAndAwait(allRun))).limit(threads).toList();
    started.forEach(Thread::start);
    for (Thread thread : started) {
      thread.join();
    }
    return Amount.ofOperations(threads, new Latencies(0));
  }

  private static void countDownAndAwait(CountDownLatch latch) {
    latch.countDown();
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
