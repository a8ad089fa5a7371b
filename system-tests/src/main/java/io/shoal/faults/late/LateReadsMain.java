package io.shoal.faults.late;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.ClientConfig;
import io.shoal.client.FileLayout;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.faults.workload.Content;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reads at random places of files that have a replica on a certain node, some at a time, and tells
 * how long that took. A line on the standard input asks for a measurement: the warm-up, then as
 * long again with every latency noted.
 */
public final class LateReadsMain {
  private static final int FILES = 200;
  private static final int FILE_BYTES = 400_000;
  private static final int READ_BYTES = 16 << 10;

  private final List<AsyncFileReader> readers;
  private final SplittableRandom random = new SplittableRandom(1);

  private LateReadsMain(List<AsyncFileReader> readers) {
    this.readers = readers;
  }

  /**
   * Measures.
   *
   * @param arguments metadata server, address of the node without its port, reads at a time,
   *     percent of reads that may be hedged, seconds of the warm-up
   */
  public static void main(String[] arguments) throws Exception {
    ClientConfig config =
        ClientConfig.forCluster(arguments[0].split(",", -1))
            .withClientName("late-reads")
            .withLocalReads(false)
            .withHedgePercent(Integer.parseInt(arguments[3]));
    int inFlight = Integer.parseInt(arguments[2]);
    long warmUpNanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
    try (ShoalClient client = ShoalClient.create(config);
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      List<AsyncFileReader> readers = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        String path = "/late" + arguments[3] + "/" + i;
        PutOptions options = PutOptions.DEFAULT.withParents(true);
        client.put(Content.of(i, FILE_BYTES), path, options).get();
        if (isOn(client.layout(path).get(), arguments[1])) {
          readers.add(client.open(path).get());
        }
      }
      LateReadsMain reads = new LateReadsMain(readers);
      System.out.println("ready");
      while (commands.readLine() != null) {
        System.out.println(reads.measure(inFlight, warmUpNanos));
        System.out.flush();
      }
    }
  }

  private static boolean isOn(FileLayout layout, String host) {
    return layout.extents().stream()
        .flatMap(extent -> extent.replicas().stream())
        .anyMatch(replica -> replica.address().startsWith(host + ":"));
  }

  private String measure(int inFlight, long warmUpNanos) {
    long begin = System.nanoTime();
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      loops.add(new Loop(begin + 2 * warmUpNanos, begin + warmUpNanos));
    }
    loops.stream().map(Loop::start).toList().forEach(CompletableFuture::join);
    long[] micros =
        loops.stream()
            .flatMap(loop -> loop.nanos.stream())
            .mapToLong(nanos -> nanos / 1_000)
            .sorted()
            .toArray();
    long slowestBefore = loops.stream().mapToLong(loop -> loop.slowestBefore).max().orElse(0);
    return "warm-up-max-us=%d reads=%d p50-us=%d p99-us=%d p99.9-us=%d max-us=%d"
        .formatted(
            slowestBefore / 1_000,
            micros.length,
            micros[micros.length / 2],
            micros[(int) (micros.length * 0.99)],
            micros[(int) (micros.length * 0.999)],
            Arrays.stream(micros).max().orElse(0));
  }

  /** One read after the other. */
  private final class Loop {
    private final long endNanos;
    private final long noteFromNanos;
    private final List<Long> nanos = new ArrayList<>();
    private long slowestBefore;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    Loop(long endNanos, long noteFromNanos) {
      this.endNanos = endNanos;
      this.noteFromNanos = noteFromNanos;
    }

    CompletableFuture<Void> start() {
      next();
      return end;
    }

    private void next() {
      long begin = System.nanoTime();
      if (begin - endNanos >= 0) {
        end.complete(null);
        return;
      }
      AsyncFileReader reader;
      int position;
      synchronized (random) {
        reader = readers.get(random.nextInt(readers.size()));
        position = random.nextInt(FILE_BYTES - READ_BYTES);
      }
      var unused =
          reader
              .read(position, ByteBuffer.allocate(READ_BYTES))
              .whenComplete(
                  (count, failure) -> {
                    if (failure != null) {
                      end.completeExceptionally(failure);
                      return;
                    }
                    long took = System.nanoTime() - begin;
                    if (begin - noteFromNanos >= 0) {
                      nanos.add(took);
                    } else {
                      slowestBefore = Math.max(slowestBefore, took);
                    }
                    next();
                  });
    }
  }
}
