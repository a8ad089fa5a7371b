package io.shoal.metadata.rpc.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.rpc.SnapshotDownload;
import io.shoal.common.snapshot.IncomingFiles;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.consensus.snapshot.IncomingSnapshot;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import io.shoal.metadata.testing.AppliedLog;
import io.shoal.proto.v1.ReplicationServiceGrpc;
import io.shoal.proto.v1.SnapshotPart;
import io.shoal.proto.v1.SnapshotRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot on its way from one server to another. */
final class SnapshotTransferTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("0123456789abcdef");
  private static final int ROWS = 300;

  @TempDir private Path directory;
  private final EventLoops loops = EventLoops.start("test", 1, UnpooledByteBufAllocator.DEFAULT);
  private final FakeClock timer = new FakeClock();
  private final ExecutorService writing = Executors.newSingleThreadExecutor();
  private Snapshots source;
  private Snapshots target;
  private ReplicationRpc service;
  private RpcServer server;
  private SnapshotFetcher fetcher;
  private Supplier<CompletableFuture<Void>> fresh =
      () -> CompletableFuture.failedFuture(new AssertionError("not asked for"));

  @BeforeEach
  void start() throws IOException {
    source = new Snapshots(directory.resolve("source"), 2);
    target = new Snapshots(directory.resolve("target"), 2);
    service =
        new ReplicationRpc(
            new AppliedLog(timer), source, () -> fresh.get(), SECRET, new SecureRandom(), timer);
    server = listen(service);
    fetcher = new SnapshotFetcher(loops, RpcSettings.defaults(), SECRET, timer);
  }

  @AfterEach
  void stop() {
    fetcher.close();
    writing.shutdown();
    server.close(Duration.ZERO);
    service.close();
    loops.close();
  }

  /** Makes a store with a few MiB of rows and takes a snapshot of it. */
  private Snapshot takeSnapshot(long index) throws IOException {
    StateDirectory state =
        new StateDirectory(
            directory.resolve("from" + index),
            RocksSettings.DEFAULT,
            (where, fault) -> {
              throw new AssertionError(where, fault);
            });
    Files.createDirectories(directory.resolve("from" + index));
    try (DurableStateStore store = state.open(new Snapshots(directory.resolve("none"), 1))) {
      try (StateWriter writer = store.begin()) {
        for (int row = 0; row < ROWS; row++) {
          writer.put(Table.INODES, key(row), value(row));
        }
        store.commit(writer, new LogPosition(3, index));
      }
      source.take(store);
    }
    return source.newest().orElseThrow();
  }

  private static byte[] key(int row) {
    return ByteBuffer.allocate(4).putInt(row).array();
  }

  private static byte[] value(int row) {
    byte[] bytes = new byte[20_000];
    new Random(row).nextBytes(bytes);
    return bytes;
  }

  private ShoalException failure() {
    return Await.failure(fetcher.fetch(server.address().toString(), target));
  }

  @Test
  void fetch_bringsASnapshotFromWhichAStoreCanBeOpened() throws IOException {
    Snapshot sent = takeSnapshot(7);
    Snapshot fetched = Await.result(fetcher.fetch(server.address().toString(), target));
    assertThat(fetched.position()).isEqualTo(new LogPosition(3, 7));
    assertThat(target.newest()).contains(fetched);
    try (Stream<Path> files = Files.list(sent.directory())) {
      for (Path file : files.toList()) {
        assertThat(fetched.directory().resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
    Path data = Files.createDirectories(directory.resolve("to"));
    StateDirectory state = new StateDirectory(data, RocksSettings.DEFAULT, (where, fault) -> {});
    try (DurableStateStore store = state.open(target);
        StateView view = store.view()) {
      assertThat(store.applied()).isEqualTo(new LogPosition(3, 7));
      for (int row = 0; row < ROWS; row++) {
        assertThat(view.get(Table.INODES, key(row))).isEqualTo(value(row));
      }
    }
  }

  @Test
  void fetch_again_isTheSame_andNewerOnesReplaceIt() throws IOException {
    takeSnapshot(7);
    Await.result(fetcher.fetch(server.address().toString(), target));
    Await.result(fetcher.fetch(server.address().toString(), target));
    takeSnapshot(9);
    Await.result(fetcher.fetch(server.address().toString(), target));
    assertThat(target.newestFirst()).hasSize(2);
    assertThat(target.newest().orElseThrow().position().index()).isEqualTo(9);
  }

  @Test
  void fetch_nobodyHasOne_isRefused() {
    assertThat(failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure()).hasMessageContaining("no snapshot yet");
  }

  @Test
  void fetch_otherSecret_isRefused() throws IOException {
    takeSnapshot(7);
    try (SnapshotFetcher stranger =
        new SnapshotFetcher(
            loops, RpcSettings.defaults(), ClusterSecret.of("another secret of others"), timer)) {
      ShoalException refused = Await.failure(stranger.fetch(server.address().toString(), target));
      assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(target.newest()).isEmpty();
  }

  @Test
  void fetch_nobodyThere_fails() {
    assertThat(Await.failure(fetcher.fetch("127.0.0.1:1", target)).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(Await.failure(fetcher.fetch("", target)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void fetch_serverSaysNothing_isGivenUp() {
    try (RpcServer silent = listen(new Silent())) {
      CompletableFuture<Snapshot> fetch = fetcher.fetch(silent.address().toString(), target);
      Await.until("it is waited for", () -> timer.pendingTasks() > 0);
      timer.advanceMillis(30_000);
      assertThat(Await.failure(fetch).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }
  }

  /** Few are served at a time: nobody may keep others from it. */
  @Test
  void fetch_callersWhoProveNothing_areCutOff() throws IOException {
    takeSnapshot(7);
    ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
    try {
      for (int i = 0; i < 4; i++) {
        var unused = ReplicationServiceGrpc.newStub(channel).fetchSnapshot(new Idle<>());
      }
      Await.until("all of them are waited for", () -> timer.pendingTasks() == 4);
      assertThat(failure().code()).isEqualTo(ErrorCode.OVERLOADED);
      timer.advanceMillis(30_000);
      Await.until("one is served again", () -> failureOrNull() == null);
    } finally {
      channel.shutdownNow();
    }
  }

  private @Nullable ShoalException failureOrNull() {
    return fetcher
        .fetch(server.address().toString(), target)
        .handle((snapshot, failure) -> failure == null ? null : ShoalException.of(failure))
        .join();
  }

  private RpcServer listen(BindableService what) {
    return RpcServers.start(
        new HostPort("127.0.0.1", 0),
        List.of(what.bindService()),
        loops,
        RpcSettings.defaults(),
        () -> "cluster");
  }

  /** Takes calls and never answers. */
  private static final class Silent extends ReplicationServiceGrpc.ReplicationServiceImplBase {
    @Override
    public StreamObserver<SnapshotRequest> fetchSnapshot(StreamObserver<SnapshotPart> caller) {
      return new Idle<>();
    }
  }

  /** Hears and says nothing. */
  private static final class Idle<T> implements StreamObserver<T> {
    @Override
    public void onNext(T message) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  private CompletableFuture<Snapshot> fetchFresh() {
    ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
    SnapshotDownload.Target<Snapshot> into =
        new SnapshotDownload.Target<>() {
          private @Nullable IncomingSnapshot incoming;

          @Override
          public IncomingFiles begin(long term, long index) throws IOException {
            incoming = target.receive(new LogPosition(term, index));
            return incoming.files();
          }

          @Override
          public Snapshot finish() throws IOException {
            return Objects.requireNonNull(incoming).finish();
          }
        };
    return new SnapshotDownload<>(
            new SnapshotDownload.Question(server.address(), channel, SECRET, true),
            into,
            writing,
            timer)
        .begin()
        .whenComplete((snapshot, failure) -> channel.shutdownNow());
  }

  /** A backup has all that was acknowledged before it was asked for. */
  @Test
  void fresh_isTakenFirst() throws IOException {
    takeSnapshot(7);
    CompletableFuture<Void> taken = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    fresh =
        () -> {
          asked.complete(null);
          return taken;
        };
    CompletableFuture<Snapshot> fetched = fetchFresh();
    Await.result(asked);
    takeSnapshot(8);
    taken.complete(null);
    assertThat(Await.result(fetched).position().index()).isEqualTo(8);
  }

  @Test
  void fresh_ofAServerThatCanNotTell_failsForThatReason() {
    fresh =
        () ->
            CompletableFuture.failedFuture(
                new ShoalException(ErrorCode.NOT_LEADER, "m2.example:7400", "m2 leads"));
    ShoalException failure = Await.failure(fetchFresh());
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(failure.subject()).isEqualTo("m2.example:7400");
  }

  @Test
  void fetch_damagedAtTheSource_isNoticed() throws IOException {
    Snapshot sent = takeSnapshot(7);
    Path manifest;
    try (Stream<Path> files = Files.list(sent.directory())) {
      manifest = files.filter(file -> file.toString().contains("MANIFEST")).findAny().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(manifest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(manifest, bytes);
    assertThat(failure()).hasMessageContaining("MANIFEST");
    assertThat(target.newest()).isEmpty();
  }

  @Test
  void incoming_whatDoesNotFit_isRefused() throws IOException {
    IncomingSnapshot incoming = target.receive(new LogPosition(1, 1));
    incoming.files().append("a", 0, ByteBuffer.allocate(10));
    for (String name : List.of("../a", "a/b", "", ".", "..", "a\0b")) {
      assertThatThrownBy(() -> incoming.files().append(name, 0, ByteBuffer.allocate(1)))
          .as(name)
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> incoming.files().append("a", 11, ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected: 10");
    assertThatThrownBy(incoming::finish).isInstanceOf(IOException.class);
  }
}
