package io.shoal.storage;

import static io.shoal.storage.NodeFixture.CHUNK_LIMIT;
import static io.shoal.storage.NodeFixture.randomBytes;
import static io.shoal.storage.heartbeat.FakeLeader.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.Property;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.ChunkReport;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.TransportSettings;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteOpening;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.storage.NodeFixture.Writing;
import io.shoal.storage.heartbeat.FakeLeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A whole node on real disks, with a client in front and a leader behind it. */
@ExtendWith(NoLeaks.class)
final class StorageNodeTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final ChunkId CHUNK = new ChunkId(0xABCD_0000_0000_0001L);

  @TempDir private Path directory;
  private NodeFixture fixture;
  private Path disk;
  private StorageNode node;

  @BeforeEach
  void start() {
    fixture = new NodeFixture(directory);
    disk = directory.resolve("disk");
    node = fixture.start(disk);
  }

  @AfterEach
  void stop() {
    // First, so that the node has no streams to wait for.
    fixture.client.close();
    node.close();
    fixture.close();
  }

  private Writing write() {
    return fixture.new Writing(node);
  }

  private WriteOpening grant() {
    return fixture.leader.grant(CHUNK, CHUNK_LIMIT, 1);
  }

  // ------------------------------------------------------------------------------------------
  // writing

  @Test
  void write_chunksOfAllSizes_areDurableAndReadBack() {
    int[] sizes = {1, 100, 16 * KIB, 16 * KIB + 1, 256 * KIB, 256 * KIB + 1, 5 * MIB + 7};
    for (int i = 0; i < sizes.length; i++) {
      ChunkId chunk = new ChunkId(100 + i);
      byte[] bytes = randomBytes(sizes[i], i);

      WriteAck ack = fixture.put(node, chunk, bytes, 300 * KIB);

      assertThat(ack.receivedBytes()).isEqualTo(bytes.length);
      assertThat(ack.durableCrc32c()).isEqualTo(Crc32c.of(bytes));
      assertThat(ack.volumeId()).isEqualTo(1);
      assertThat(Await.result(fixture.read(node, chunk, 0, bytes.length))).isEqualTo(bytes);
      assertThat(fixture.describe(node, chunk))
          .containsExactly(
              new ChunkReport(
                  chunk,
                  ChunkReport.State.CLOSED,
                  bytes.length,
                  Crc32c.of(bytes),
                  1,
                  fixture.leader.nowMillis() + 60_000));
    }
  }

  @Test
  void write_flush_makesThePrefixReadableAndTheChunkStaysOpen() {
    byte[] bytes = randomBytes(100_000, 1);
    Writing writing = write().send(grant(), 0, Arrays.copyOf(bytes, 70_000), true, false);
    assertThat(writing.durable(70_000).durableCrc32c()).isEqualTo(Crc32c.of(bytes, 0, 70_000));

    assertThat(Await.result(fixture.read(node, CHUNK, 0, 70_000)))
        .isEqualTo(Arrays.copyOf(bytes, 70_000));
    assertThat(fixture.describe(node, CHUNK).get(0).state()).isEqualTo(ChunkReport.State.OPEN);

    writing.send(null, 70_000, Arrays.copyOfRange(bytes, 70_000, 100_000), false, true);
    writing.durable(100_000);
    writing.success();
    assertThat(Await.result(fixture.read(node, CHUNK, 0, 100_000))).isEqualTo(bytes);
  }

  @Test
  void write_endWithoutFinish_leavesTheChunkOpen() {
    Writing writing = write().send(grant(), 0, randomBytes(50_000, 1), true, false);
    writing.stream.halfClose();

    writing.durable(50_000);
    writing.success();
    assertThat(fixture.describe(node, CHUNK).get(0).state()).isEqualTo(ChunkReport.State.OPEN);
  }

  @Test
  void write_manyFrames_areAcknowledgedAsReceived() {
    Writing writing = write();
    byte[] frame = randomBytes(MIB, 1);
    for (int i = 0; i < 12; i++) {
      writing.send(i == 0 ? grant() : null, i * MIB, frame, false, false);
    }

    int received = 0;
    while (received < 12 * MIB) {
      WriteAck ack = take(writing.acks);
      assertThat(ack.receivedBytes()).isGreaterThanOrEqualTo(received);
      received = ack.receivedBytes();
    }
    writing.stream.halfClose();
    writing.success();
  }

  /** Rule G4: a new stream fences the older one before it is told the length. */
  @Test
  void write_sameWriterAgain_fencesTheOlderStreamAndGoesOn() {
    byte[] bytes = randomBytes(60_000, 1);
    Writing older = write().send(grant(), 0, Arrays.copyOf(bytes, 40_000), true, false);
    older.durable(40_000);

    Writing newer = write().send(grant(), 0, new byte[0], false, false);
    assertThat(take(newer.acks).receivedBytes()).isEqualTo(40_000);

    older.send(null, 40_000, new byte[100], true, false);
    assertThat(older.failure().code()).isEqualTo(ErrorCode.FENCED);
    newer.send(null, 40_000, Arrays.copyOfRange(bytes, 40_000, 60_000), false, true);
    newer.durable(60_000);
    newer.success();
    assertThat(Await.result(fixture.read(node, CHUNK, 0, 60_000))).isEqualTo(bytes);
  }

  /** Rule G4. */
  @Test
  void write_otherWriter_isFenced() {
    write().send(grant(), 0, new byte[10], true, false).durable(10);

    Writing other =
        write().send(fixture.leader.grant(CHUNK, CHUNK_LIMIT, 2), 0, new byte[0], false, false);

    assertThat(other.failure().code()).isEqualTo(ErrorCode.FENCED);
  }

  @Test
  void write_badFrames_areRefused() {
    byte[] bytes = randomBytes(1_000, 1);
    Writing gap =
        write().send(grant(), 0, bytes, false, false).send(null, 999, bytes, false, false);
    assertThat(gap.failure().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);

    Writing corrupt = write();
    corrupt.stream.send(
        new WriteFrame(
            fixture.leader.grant(new ChunkId(2), CHUNK_LIMIT, 1),
            0,
            1,
            true,
            false,
            NodeFixture.direct(bytes)));
    assertThat(corrupt.failure().code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);

    Writing tooLong =
        write().send(fixture.leader.grant(new ChunkId(3), 999, 1), 0, bytes, true, false);
    assertThat(tooLong.failure().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);

    Writing twice =
        write().send(grant(), 0, new byte[0], false, false).send(grant(), 0, bytes, false, false);
    assertThat(twice.failure().getMessage()).contains("second opening");

    Writing unopened = write().send(null, 0, bytes, false, false);
    assertThat(unopened.failure().getMessage()).contains("no opening");

    Writing empty = write();
    empty.stream.halfClose();
    assertThat(empty.failure().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void write_badGrants_areRefused() {
    GrantTerms good = grant().grant().terms();
    GrantTerms otherNode =
        new GrantTerms(
            CHUNK, good.sessionId(), List.of(new NodeId(6)), good.expiresAtMillis(), 10, 1, 0);
    GrantTerms expired =
        new GrantTerms(
            CHUNK,
            new SessionId(1),
            List.of(FakeLeader.NODE),
            fixture.leader.nowMillis() - 1,
            10,
            1,
            0);

    byte[] guessed = new byte[SigningKey.SECRET_BYTES];
    guessed[31] = 1;
    WriteOpening forged =
        new WriteOpening(
            new GrantSigner(new SigningKey(good.keyId(), guessed)).sign(good), 1, FakeLeader.NODE);

    assertThat(refusalOf(forged)).isEqualTo(ErrorCode.GRANT_INVALID);
    assertThat(refusalOf(fixture.leader.grant(otherNode, 1))).isEqualTo(ErrorCode.GRANT_INVALID);
    assertThat(refusalOf(fixture.leader.grant(expired, 1))).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(refusalOf(new WriteOpening(grant().grant(), 1, new NodeId(6))))
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(fixture.describe(node, CHUNK).get(0).state()).isEqualTo(ChunkReport.State.UNKNOWN);
  }

  private ErrorCode refusalOf(WriteOpening opening) {
    return write().send(opening, 0, new byte[5], true, false).failure().code();
  }

  @Test
  void write_grantRunsOutMeanwhile_isRefused() {
    Writing writing = write().send(grant(), 0, new byte[10], true, false);
    writing.durable(10);
    long later = fixture.leader.nowMillis() + 60_001;
    fixture.leader.setNowMillis(later);
    Await.until("the node heard of it", () -> node.membership().logClockMillis() == later);

    writing.send(null, 10, new byte[10], true, false);

    assertThat(writing.failure().code()).isIn(ErrorCode.GRANT_EXPIRED, ErrorCode.FENCED);
    assertThat(fixture.describe(node, CHUNK).get(0).durableBytes()).isEqualTo(10);
  }

  @Test
  void write_cancelled_keepsWhatIsDurableAndReleasesTheRest() {
    Writing writing = write().send(grant(), 0, randomBytes(20_000, 1), true, false);
    writing.durable(20_000);
    for (int i = 0; i < 10; i++) {
      writing.send(null, 20_000 + i * MIB, new byte[MIB], false, false);
    }
    writing.stream.cancel(new ShoalException(ErrorCode.CANCELLED, "", "enough"));
    writing.failure();

    assertThat(Await.result(fixture.read(node, CHUNK, 0, 20_000)))
        .isEqualTo(randomBytes(20_000, 1));
  }

  // ------------------------------------------------------------------------------------------
  // reading

  @Test
  void read_anyRange_isExact() {
    byte[] bytes = randomBytes(3 * MIB + 4_321, 1);
    fixture.put(node, CHUNK, bytes, MIB);
    Property.check(
        100,
        random -> {
          int offset = random.nextInt(bytes.length);
          int length = 1 + random.nextInt(bytes.length - offset);
          assertThat(Await.result(fixture.read(node, CHUNK, offset, length)))
              .isEqualTo(Arrays.copyOfRange(bytes, offset, offset + length));
        });
  }

  /** Rule D4. Elsewhere this was a stream that hung until it timed out. */
  @Test
  void read_beyondTheEnd_failsAtOnce() {
    fixture.put(node, CHUNK, randomBytes(1_000, 1), MIB);

    assertThat(Await.failure(fixture.read(node, CHUNK, 0, 1_001)).code())
        .isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(Await.failure(fixture.read(node, CHUNK, 1_000, 1)).code())
        .isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(Await.failure(fixture.read(node, CHUNK, Integer.MAX_VALUE - 1, 1)).code())
        .isEqualTo(ErrorCode.REPLICA_SHORT);
  }

  @Test
  void read_unknownChunkOrOtherNode_failsAtOnce() {
    assertThat(Await.failure(fixture.read(node, CHUNK, 0, 1)).code())
        .isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(Await.failure(fixture.read(node, new ReadRange(CHUNK, 0, 1, new NodeId(6)))).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void read_manyAtOnce_allFinish() {
    byte[] bytes = randomBytes(8 * MIB, 1);
    fixture.put(node, CHUNK, bytes, MIB);
    List<CompletableFuture<byte[]>> reads = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      reads.add(fixture.read(node, CHUNK, i, bytes.length - i));
    }
    for (int i = 0; i < reads.size(); i++) {
      assertThat(Await.result(reads.get(i))).hasSize(bytes.length - i);
    }
  }

  // ----------------------------------------------------------------------------------------
  // inventory

  @Test
  void inventory_overSeveralPages_isSortedAndComplete() {
    List<Long> ids = new ArrayList<>();
    List<Writing> writings = new ArrayList<>();
    for (int i = 1; i <= 1_100; i++) {
      ids.add((long) i);
      writings.add(
          write()
              .send(
                  fixture.leader.grant(new ChunkId(i), CHUNK_LIMIT, 1),
                  0,
                  new byte[] {1},
                  false,
                  true));
    }
    writings.forEach(Writing::success);

    assertThat(fixture.inventory(node, 0))
        .extracting(report -> report.chunkId().value())
        .isEqualTo(ids);
    assertThat(fixture.inventory(node, 1_090)).hasSize(10);
    assertThat(fixture.inventory(node, 1_100)).isEmpty();
  }

  // ---------------------------------------------------------------------------------- life of the
  // node

  @Test
  void restart_everythingAcknowledgedIsThere() {
    byte[] big = randomBytes(2 * MIB, 1);
    byte[] small = randomBytes(5_000, 2);
    fixture.put(node, new ChunkId(1), big, MIB);
    fixture.put(node, new ChunkId(2), small, MIB);
    RegisterNode first = take(fixture.leader.reports).getRegister();
    node.close();

    node = fixture.start(disk);

    assertThat(Await.result(fixture.read(node, new ChunkId(1), 0, big.length))).isEqualTo(big);
    assertThat(Await.result(fixture.read(node, new ChunkId(2), 0, small.length))).isEqualTo(small);
    RegisterNode second = take(fixture.leader.reports).getRegister();
    assertThat(first.getClusterId()).isEmpty();
    assertThat(second.getClusterId()).isEqualTo(FakeLeader.CLUSTER);
    assertThat(second.getNodeUuid()).isEqualTo(first.getNodeUuid());
  }

  @Test
  void start_severalDirectories_areAllUsed() {
    Path left = directory.resolve("left");
    Path right = directory.resolve("right");
    try (StorageNode two = fixture.start(left, right)) {
      List<Integer> volumes = new ArrayList<>();
      List<Writing> writings = new ArrayList<>();
      for (int i = 1; i <= 8; i++) {
        Writing writing = fixture.new Writing(two);
        writings.add(writing);
        writing.send(
            fixture.leader.grant(new ChunkId(i), CHUNK_LIMIT, 1), 0, new byte[1], true, false);
        volumes.add(writing.durable(1).volumeId());
      }
      assertThat(volumes).contains(1, 2);
      writings.forEach(writing -> writing.stream.halfClose());
    }
  }

  @Test
  void start_directoryInUse_isRefused() {
    ShoalException refused = catchThrowableOfType(ShoalException.class, () -> fixture.start(disk));

    assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refused.subject()).contains(disk.toString());
  }

  @Test
  void start_portInUse_isRefusedAndLeavesTheDirectoryFree() {
    Path other = directory.resolve("other");
    StorageNodeConfig config = fixture.config(other);
    StorageNodeConfig taken =
        new StorageNodeConfig(
            StorageNodeConfig.Endpoint.loopback(node.port()),
            config.dataDirectories(),
            config.secretFile(),
            config.store(),
            config.streams(),
            config.heartbeat(),
            config.scrub(),
            config.trash(),
            config.drainLimit());

    ShoalException refused =
        catchThrowableOfType(
            ShoalException.class,
            () -> StorageNode.start(taken, () -> taken, "test", fixture.faults));

    assertThat(refused.getMessage()).startsWith("port " + node.port() + " is in use");
    fixture.start(other).close();
  }

  @Test
  void start_dataOfAnotherCluster_isRefused() {
    node.close();
    fixture.leader.setClusterId("another-cluster");

    ShoalException refused = catchThrowableOfType(ShoalException.class, () -> fixture.start(disk));

    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused.getMessage()).contains("another-cluster", FakeLeader.CLUSTER);
  }

  @Test
  void start_blankButConfiguredForAnotherCluster_isRefusedAndStaysBlank() {
    Path other = directory.resolve("other");
    StorageNodeConfig config = fixture.config(other);
    StorageNodeConfig.Endpoint usual = config.endpoint();
    StorageNodeConfig elsewhere =
        new StorageNodeConfig(
            new StorageNodeConfig.Endpoint(
                usual.listen(),
                usual.advertisedHost(),
                usual.failureDomain(),
                Optional.of("elsewhere"),
                usual.eventLoops(),
                usual.streamWindowBytes(),
                usual.maxBufferBytes()),
            config.dataDirectories(),
            config.secretFile(),
            config.store(),
            config.streams(),
            config.heartbeat(),
            config.scrub(),
            config.trash(),
            config.drainLimit());
    try (StorageNode stranger =
        StorageNode.start(elsewhere, () -> elsewhere, "test", fixture.faults)) {
      ShoalException refused = Await.failure(stranger.serving());
      assertThat(refused.getMessage()).contains(FakeLeader.CLUSTER, "elsewhere");
    }
    fixture.start(other).close();
  }

  @Test
  void start_wrongSecret_isRefused() throws IOException {
    StorageNodeConfig config = fixture.config(directory.resolve("other"));
    Files.writeString(config.secretFile(), "another secret altogether");

    try (StorageNode stranger = StorageNode.start(config, () -> config, "test", fixture.faults)) {
      assertThat(Await.failure(stranger.serving()).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void health_followsTheNode() {
    ManagedChannel channel =
        RpcChannels.open(NodeFixture.addressOf(node), fixture.loops, RpcSettings.defaults());
    HealthGrpc.HealthBlockingStub health =
        HealthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    for (String service : List.of("", "shoal.v1.ChunkService")) {
      assertThat(
              health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
    channel.shutdownNow();
  }

  @Test
  void caller_thatMeansAnotherCluster_isRefused() {
    assertThat(describe(FakeLeader.CLUSTER)).isCompleted();
    assertThat(Await.failure(describe("another-cluster")).code())
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  private CompletableFuture<List<ChunkReport>> describe(String clusterId) {
    try (ChunkTransport client =
        new GrpcChunkTransport(
            fixture.loops,
            RpcSettings.defaults().withClusterId(clusterId),
            TransportSettings.defaults(),
            TimeSource.system(),
            fixture.timer)) {
      Deadline deadline = Deadline.after(Duration.ofSeconds(20), TimeSource.system());
      CompletableFuture<List<ChunkReport>> reports =
          client.describe(NodeFixture.addressOf(node), List.of(CHUNK), deadline);
      Await.until("the node answers", reports::isDone);
      return reports;
    }
  }

  @Test
  void notAttachedYet_isNotServing() {
    fixture.leader.setAnswersHeartbeats(false);
    StorageNodeConfig config = fixture.config(directory.resolve("other"));
    try (StorageNode starting = StorageNode.start(config, () -> config, "test", fixture.faults)) {
      ShoalException refused = Await.failure(fixture.read(starting, CHUNK, 0, 1));

      assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(refused.getMessage()).contains("starting");
      assertThat(starting.serving()).isNotDone();
    }
  }

  @Test
  void close_letsStreamsFinish() {
    byte[] bytes = randomBytes(4 * MIB, 1);
    Writing writing = write().send(grant(), 0, bytes, false, false);
    take(writing.acks);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);
    Await.until(
        "new streams are refused",
        () ->
            Await.failure(fixture.read(node, new ChunkId(9), 0, 1)).code()
                == ErrorCode.UNAVAILABLE);

    writing.send(null, bytes.length, new byte[0], false, true);

    writing.durable(bytes.length);
    writing.success();
    Await.result(closed);
  }

  @Test
  void heartbeats_tellOfVolumesAndStreams() {
    fixture.put(node, CHUNK, randomBytes(10_000, 1), MIB);
    Await.until(
        "a heartbeat tells of the chunk",
        () -> {
          var heartbeat = take(fixture.leader.heartbeats);
          return heartbeat.getVolumesCount() == 1
              && heartbeat.getVolumes(0).getChunkCount() == 1
              && heartbeat.getVolumes(0).getUsedBytes() == 10_000
              && heartbeat.getVolumes(0).getDirectory().equals(disk.toString());
        });
    Writing writing =
        write().send(fixture.leader.grant(new ChunkId(2), 10, 1), 0, new byte[1], false, false);
    Await.until(
        "a heartbeat tells of the stream",
        () -> take(fixture.leader.heartbeats).getWriteStreams() == 1);
    writing.stream.cancel(new ShoalException(ErrorCode.CANCELLED, "", "enough"));
    Await.until(
        "a heartbeat tells of its end",
        () -> take(fixture.leader.heartbeats).getWriteStreams() == 0);
    NodeReport registered = take(fixture.leader.reports);
    assertThat(registered.getRegister().getPort()).isEqualTo(node.port());
  }
}
