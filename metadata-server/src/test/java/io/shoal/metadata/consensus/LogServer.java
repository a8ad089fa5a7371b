package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.snapshot.IncomingSnapshot;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.StateView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A log with the counter machine, for tests. */
final class LogServer implements AutoCloseable {
  static final UUID GROUP = new UUID(4, 2);

  final List<String> events = new CopyOnWriteArrayList<>();
  final List<Throwable> faults = new CopyOnWriteArrayList<>();
  final Consensus log;

  /** Snapshots of other servers that were fetched. */
  final AtomicInteger installations = new AtomicInteger();

  /** Where it asks how far the log is. */
  volatile LogIndexSource others = leader -> new CompletableFuture<>();

  /** What it applies. */
  final CounterMachine machine = new CounterMachine();

  private final Path directory;
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final SystemTimer timer = new SystemTimer();

  private LogServer(ConsensusSettings settings) throws IOException {
    directory = settings.directory();
    try {
      log =
          new Consensus(
              settings,
              new Consensus.Environment(
                  machine,
                  machine,
                  this::copyFrom,
                  leader -> others.logIndex(leader),
                  CounterMachine::nowMillis,
                  TimeSource.system(),
                  timer,
                  executor,
                  (where, fault) -> faults.add(fault)));
    } catch (IOException | RuntimeException e) {
      timer.close();
      executor.shutdown();
      throw e;
    }
    log.addLeadershipListener(
        new LeadershipListener() {
          @Override
          public void onLeader(long term) {
            events.add("leader " + term);
          }

          @Override
          public void onLeadershipLost(long term) {
            events.add("lost " + term);
          }
        });
  }

  /** The peers of a test listen on ports that tell their number, and lie beside each other. */
  private CompletableFuture<Snapshot> copyFrom(String server, Snapshots target) {
    String peer = "m" + server.charAt(server.length() - 1);
    try {
      Snapshot newest =
          new Snapshots(directory.resolveSibling(peer).resolve("snapshots"), 2)
              .newest()
              .orElseThrow();
      IncomingSnapshot incoming = target.receive(newest.position());
      try (Stream<Path> files = Files.list(newest.directory())) {
        for (Path file : files.toList()) {
          incoming
              .files()
              .append(file.getFileName().toString(), 0, ByteBuffer.wrap(Files.readAllBytes(file)));
        }
      }
      installations.incrementAndGet();
      return CompletableFuture.completedFuture(incoming.finish());
    } catch (IOException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  static ConsensusSettings settings(Path directory, SnapshotSettings snapshots) {
    Peer alone = new Peer("m1", new HostPort("127.0.0.1", 7400), 0);
    return settings(directory, snapshots, alone, List.of(alone));
  }

  static ConsensusSettings settings(
      Path directory, SnapshotSettings snapshots, Peer self, List<Peer> founders) {
    return new ConsensusSettings(
        directory, GROUP, self, founders, QueueLimits.DEFAULT, snapshots, RocksSettings.DEFAULT);
  }

  /** Starts a server and waits until it leads. */
  static LogServer leading(Path directory) throws IOException {
    LogServer server = started(settings(directory, SnapshotSettings.DEFAULT));
    server.awaitLeader();
    return server;
  }

  static LogServer started(ConsensusSettings settings) throws IOException {
    Files.createDirectories(settings.directory());
    LogServer server = new LogServer(settings);
    try {
      server.log.start();
    } catch (IOException e) {
      server.close();
      if (!server.faults.isEmpty()) {
        throw new AssertionError("faults: " + server.faults + " (expected: a refusal)", e);
      }
      throw e;
    }
    return server;
  }

  void awaitLeader() {
    Await.until("leader", log::isLeader);
  }

  /** Returns the counter as applied here; -1 while a snapshot takes the place of the state. */
  long counter() {
    try (StateView view = log.view()) {
      return CounterMachine.counter(view);
    } catch (ShoalException replacing) {
      assertThat(replacing.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return -1;
    }
  }

  long appliedIndex() {
    try (StateView view = log.view()) {
      return view.applied().index();
    }
  }

  /** Copies the directory of a running server: what a crash would have left. */
  static void copyAsCrashed(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            if (!name.equals("LOCK") && !name.equals("in_use.lock")) {
              Files.copy(file, to.resolve(from.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    log.close();
    timer.close();
    executor.shutdown();
    try {
      // A listener that reads the state keeps its files open.
      assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
