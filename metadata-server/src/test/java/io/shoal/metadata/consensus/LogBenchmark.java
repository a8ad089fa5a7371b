package io.shoal.metadata.consensus;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.store.RocksSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Measures durable commands per second through a log of one peer; run by hand. Arguments: data
 * directory, entries in flight, seconds for each row.
 */
public final class LogBenchmark {
  private LogBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    int entriesInFlight = Integer.parseInt(args[1]);
    int seconds = Integer.parseInt(args[2]);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    long begin = System.nanoTime();
    try (Consensus log = open(directory, entriesInFlight, executor)) {
      CompletableFuture<Long> leads = new CompletableFuture<>();
      log.addLeadershipListener(
          new LeadershipListener() {
            @Override
            public void onLeader(long term) {
              leads.complete(term);
            }

            @Override
            public void onLeadershipLost(long term) {}
          });
      log.start();
      leads.get();
      System.out.printf(
          "start to serving: %d ms, CPU of the process %d ms%n",
          (System.nanoTime() - begin) / 1_000_000, cpuNanos() / 1_000_000);
      for (int inFlight : new int[] {1, 1, 8, 64, 1024}) {
        run(log, inFlight, seconds);
      }
    }
    executor.shutdown();
  }

  private static Consensus open(Path directory, int entriesInFlight, ExecutorService executor)
      throws IOException {
    Files.createDirectories(directory);
    QueueLimits d = QueueLimits.DEFAULT;
    QueueLimits limits =
        new QueueLimits(
            d.commandBytesMax(),
            d.entryBytesMax(),
            d.entryCommandsMax(),
            entriesInFlight,
            d.pendingCommandsMax(),
            d.pendingBytesMax());
    CounterMachine machine = new CounterMachine();
    Peer alone = new Peer("m1", new HostPort("127.0.0.1", 7400), 0);
    return new Consensus(
        new ConsensusSettings(
            directory,
            new UUID(1, 1),
            alone,
            List.of(alone),
            limits,
            SnapshotSettings.DEFAULT,
            RocksSettings.DEFAULT),
        new Consensus.Environment(
            machine,
            machine,
            (server, target) -> new CompletableFuture<>(),
            leader -> new CompletableFuture<>(),
            CounterMachine::nowMillis,
            TimeSource.system(),
            new SystemTimer(),
            executor,
            FaultHandler.haltingProcess()));
  }

  private static void run(Consensus log, int inFlight, int seconds) throws InterruptedException {
    Semaphore permits = new Semaphore(inFlight);
    long[] latencies = new long[4_000_000];
    long cpuBefore = cpuNanos();
    long begin = System.nanoTime();
    int count = 0;
    while (System.nanoTime() - begin < seconds * 1_000_000_000L && count < latencies.length) {
      permits.acquire();
      int mine = count++;
      long sent = System.nanoTime();
      var unused =
          log.submit(CounterMachine.store(new byte[200]))
              .whenComplete(
                  (reply, failure) -> {
                    latencies[mine] = System.nanoTime() - sent;
                    if (failure != null) {
                      failure.printStackTrace();
                    }
                    permits.release();
                  });
    }
    permits.acquire(inFlight);
    double took = (System.nanoTime() - begin) / 1e9;
    Arrays.sort(latencies, 0, count);
    System.out.printf(
        "in flight %5d: %8.0f commands/s, median %6d us, p99 %6d us, CPU %5.1f us each%n",
        inFlight,
        count / took,
        latencies[count / 2] / 1000,
        latencies[(int) (count * 0.99)] / 1000,
        (cpuNanos() - cpuBefore) / 1e3 / count);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
