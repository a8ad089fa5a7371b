package io.shoal.metadata.consensus;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Several servers that keep one log, by their names {@code m0}, {@code m1} and so on. */
final class LogGroup implements AutoCloseable {
  private static final SnapshotSettings OFTEN = new SnapshotSettings(100, 1 << 20, 2);

  private final Path directory;
  private final Map<String, LogServer> servers = new ConcurrentSkipListMap<>();
  private final Map<String, ConsensusSettings> settings = new TreeMap<>();

  /** How often followers asked a leader how far the log is. */
  final AtomicInteger questions = new AtomicInteger();

  LogGroup(Path directory) {
    this.directory = directory;
  }

  /** Starts servers that begin a log together. */
  static LogGroup founded(Path directory, int count) throws IOException {
    LogGroup group = new LogGroup(directory);
    List<Peer> founders = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      founders.add(peer(i));
    }
    for (Peer founder : founders) {
      group.start(founder, founders);
    }
    return group;
  }

  /** Returns a peer; its snapshots are found by the last figure of its port. */
  static Peer peer(int number) throws IOException {
    return new Peer("m" + number, new HostPort("127.0.0.1", 7_400 + number), freePort());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts a server; without founders it waits until it is taken in. */
  LogServer start(Peer self, List<Peer> founders) throws IOException {
    ConsensusSettings made =
        LogServer.settings(directory.resolve(self.id()), OFTEN, self, founders);
    settings.put(self.id(), made);
    LogServer server = LogServer.started(made);
    server.others = leader -> logIndex(leader, self.id());
    servers.put(self.id(), server);
    return server;
  }

  /** Answers for the leader, whom its followers know by its address. */
  private CompletableFuture<Long> logIndex(String leader, String peerId) {
    questions.incrementAndGet();
    LogServer asked = servers.get("m" + leader.charAt(leader.length() - 1));
    return asked == null
        ? CompletableFuture.failedFuture(
            new ShoalException(ErrorCode.UNAVAILABLE, leader, "it is not there"))
        : asked.log.logIndex(peerId);
  }

  Collection<LogServer> servers() {
    return List.copyOf(servers.values());
  }

  LogServer get(String id) {
    return servers.get(id);
  }

  Peer peerOf(String id) {
    return settings.get(id).self();
  }

  String idOf(LogServer server) {
    return servers.entrySet().stream()
        .filter(entry -> entry.getValue() == server)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  void stop(String id) throws IOException {
    servers.remove(id).close();
  }

  LogServer restart(String id) throws IOException {
    stop(id);
    return startAgain(id);
  }

  LogServer startAgain(String id) throws IOException {
    return start(settings.get(id).self(), settings.get(id).founders());
  }

  LogServer awaitLeader() {
    Await.until(
        "a leader", () -> servers.values().stream().anyMatch(server -> server.log.isLeader()));
    return servers.values().stream()
        .filter(server -> server.log.isLeader())
        .findFirst()
        .orElseThrow();
  }

  /** Returns a server that does not lead. */
  String follower() {
    LogServer leader = awaitLeader();
    return servers.keySet().stream()
        .filter(id -> servers.get(id) != leader)
        .findFirst()
        .orElseThrow();
  }

  void add(int times) {
    for (int i = 0; i < times; i++) {
      Await.result(awaitLeader().log.submit(CounterMachine.add(1)));
    }
  }

  @Override
  public void close() throws IOException {
    for (LogServer server : servers.values()) {
      server.close();
    }
  }
}
