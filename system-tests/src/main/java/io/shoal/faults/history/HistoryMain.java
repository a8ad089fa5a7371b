package io.shoal.faults.history;

import io.shoal.client.ClientConfig;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ReadOperations;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.faults.history.Operation.Kind;
import io.shoal.faults.history.Operation.Outcome;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several clients, each with a connection and a session of its own, which put, delete and read the
 * same few files until the standard input ends. Every other one only reads: a change that hangs on
 * a leader without a majority would keep it from seeing what that still answers. What they did is
 * in a file then, an {@link Operation} a line; what failed otherwise than by what was there is told
 * on the standard output.
 */
public final class HistoryMain {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int CONTENT_LIMIT = 64;

  /** No two processes write the same. */
  private static final long CONTENTS_OF_A_CLIENT = 1_000_000_000L;

  /** Between two operations of a client. */
  private static final long PAUSE_MILLIS = 10;

  /** Each of those who only read does it in one way: one that has to wait holds up no other. */
  private static final List<Kind> READS = List.of(Kind.READ, Kind.LEASE_READ, Kind.FOLLOWER_READ);

  private final int files;
  private final String directory;
  private final int firstClient;
  private final AtomicLong contents;
  private final List<Operation> history = new ArrayList<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Executor pause =
      CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  private volatile boolean ends;

  private HistoryMain(String directory, int files, int firstClient) {
    this.directory = directory;
    this.files = files;
    this.firstClient = firstClient;
    this.contents = new AtomicLong(firstClient * CONTENTS_OF_A_CLIENT);
  }

  /**
   * Runs the clients.
   *
   * @param arguments metadata servers, file for the history, directory in the cluster, clients,
   *     files, seed, limit of each operation in seconds, number of the first client
   */
  public static void main(String[] arguments) throws Exception {
    HistoryMain main =
        new HistoryMain(
            arguments[2], Integer.parseInt(arguments[4]), Integer.parseInt(arguments[7]));
    ClientConfig config =
        ClientConfig.forCluster(arguments[0].split(",", -1))
            .withClientName("history")
            .withLocalReads(false)
            .withTimeouts(TIMEOUT, TIMEOUT, Duration.ofSeconds(2))
            .withOperationTimeout(Duration.ofSeconds(Long.parseLong(arguments[6])));
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[5]));
    List<ShoalClient> clients = new ArrayList<>();
    List<CompletableFuture<Void>> running = new ArrayList<>();
    try {
      for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
        clients.add(ShoalClient.create(config));
      }
      clients.get(0).mkdir(main.directory, true).get();
      System.out.println("ready");
      System.out.flush();
      for (int i = 0; i < clients.size(); i++) {
        running.add(main.loop(main.firstClient + i, clients.get(i), random.split()));
      }
      while (System.in.read() >= 0) {
        // Only its end tells something.
      }
      main.ends = true;
      running.forEach(CompletableFuture::join);
    } finally {
      clients.forEach(ShoalClient::close);
    }
    main.write(Path.of(arguments[1]));
    System.out.println("failures " + main.failures);
  }

  private synchronized void write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Operation operation : history) {
        out.write(operation.line());
        out.newLine();
      }
    }
  }

  private CompletableFuture<Void> loop(int number, ShoalClient client, SplittableRandom random) {
    if (ends) {
      return CompletableFuture.completedFuture(null);
    }
    return step(number, client, random)
        .thenComposeAsync(nothing -> loop(number, client, random), pause);
  }

  private CompletableFuture<Void> step(int number, ShoalClient client, SplittableRandom random) {
    int file = random.nextInt(files);
    String path = directory + "/" + file;
    Kind kind = number % 2 == 0 ? kind(random.nextInt(10)) : READS.get(number / 2 % READS.size());
    long content =
        kind == Kind.CREATE || kind == Kind.REPLACE ? contents.incrementAndGet() : Register.ABSENT;
    long begin = System.nanoTime();
    return act(client, kind, path, content)
        .handle(
            (found, thrown) -> {
              long end = System.nanoTime();
              Outcome outcome = thrown == null ? Outcome.DONE : outcome(kind, thrown);
              note(
                  new Operation(
                      number,
                      file,
                      kind,
                      content,
                      outcome,
                      found == null ? 0 : found,
                      begin,
                      outcome == Outcome.UNKNOWN ? Operation.NEVER : end));
              return null;
            });
  }

  private static Kind kind(int drawn) {
    if (drawn < 1) {
      return Kind.READ;
    } else if (drawn < 4) {
      return Kind.CREATE;
    }
    return drawn < 7 ? Kind.REPLACE : Kind.DELETE;
  }

  private static CompletableFuture<Long> act(
      ShoalClient client, Kind kind, String path, long content) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(0, content);
    return switch (kind) {
      case CREATE -> client.put(bytes, path, PutOptions.DEFAULT).thenApply(status -> 0L);
      case REPLACE ->
          client.put(bytes, path, PutOptions.DEFAULT.withOverwrite(true)).thenApply(status -> 0L);
      case DELETE -> client.delete(path, false).thenApply(nothing -> 0L);
      case READ -> read(client, path);
      case LEASE_READ -> read(client.reading(ReadConsistency.LEASE), path);
      case FOLLOWER_READ -> read(client.reading(ReadConsistency.FOLLOWER), path);
    };
  }

  private static CompletableFuture<Long> read(ReadOperations reading, String path) {
    return reading.get(path, CONTENT_LIMIT).thenApply(ByteBuffer::getLong);
  }

  private Outcome outcome(Kind kind, Throwable thrown) {
    ErrorCode code = ShoalException.of(thrown).code();
    if (code == ErrorCode.ALREADY_EXISTS && kind == Kind.CREATE) {
      return Outcome.EXISTS;
    }
    if (code == ErrorCode.NOT_FOUND && (kind == Kind.DELETE || kind.reads())) {
      return Outcome.MISSING;
    }
    synchronized (this) {
      failures.merge(kind + ":" + code, 1, Integer::sum);
    }
    return Outcome.UNKNOWN;
  }

  private synchronized void note(Operation operation) {
    history.add(operation);
  }
}
