package io.shoal.microbenchmarks;

import io.shoal.client.ClientConfig;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.ShoalClient;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/** Asks a metadata server for the files that {@link NamespaceLoader} made. */
public final class NamespaceProbe {
  private static final int IN_FLIGHT = 256;
  private static final int OPERATIONS = 200_000;
  private static final int FILES_OF_A_DIRECTORY = 1_000;

  private NamespaceProbe() {}

  /** Asks, and prints how fast it was answered: {@code NamespaceProbe SERVER FILES}. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("usage: NamespaceProbe HOST:PORT FILES");
      System.exit(2);
    }
    int files = Integer.parseInt(arguments[1]);
    int wide = files / 10;
    SplittableRandom random = new SplittableRandom(files);
    try (ShoalClient client = ShoalClient.create(ClientConfig.forCluster(arguments[0]))) {
      time("stat of random files", i -> client.stat(path(random.nextInt(files), wide)));
      time(
          "mkdir in random directories", i -> client.mkdir(parent(random, files) + "/n" + i, true));
      long begin = System.nanoTime();
      Counting counting = new Counting();
      client.list("/wide").subscribe(counting);
      counting.done.get();
      print("listing of /wide, entries", counting.entries.get(), begin);
    }
  }

  private static String path(int file, int wide) {
    return directory(file, wide) + String.format(Locale.ROOT, "/file-%08d", file);
  }

  private static String directory(int file, int wide) {
    return file < wide
        ? "/wide"
        : String.format(Locale.ROOT, "/d%07d", (file - wide) / FILES_OF_A_DIRECTORY);
  }

  private static String parent(SplittableRandom random, int files) {
    int wide = files / 10;
    return directory(wide + random.nextInt(files - wide), wide);
  }

  private static void time(String what, IntFunction<CompletableFuture<?>> operation)
      throws Exception {
    long begin = System.nanoTime();
    Semaphore room = new Semaphore(IN_FLIGHT);
    CompletableFuture<Void> failed = new CompletableFuture<>();
    for (int i = 0; i < OPERATIONS && !failed.isDone(); i++) {
      room.acquire();
      var unused =
          operation
              .apply(i)
              .whenComplete(
                  (answer, failure) -> {
                    if (failure != null) {
                      failed.completeExceptionally(failure);
                    }
                    room.release();
                  });
    }
    room.acquire(IN_FLIGHT);
    if (failed.isDone()) {
      failed.get();
    }
    print(what, OPERATIONS, begin);
  }

  private static void print(String what, long count, long beginNanos) {
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    System.out.printf(
        Locale.ROOT, "%s: %,d in %.1f s, %,.0f/s%n", what, count, seconds, count / seconds);
  }

  private static final class Counting implements Flow.Subscriber<DirectoryEntry> {
    private final AtomicLong entries = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      entries.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }
  }
}
