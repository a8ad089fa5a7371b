package io.shoal.storage;

import static io.shoal.storage.NodeFixture.randomBytes;
import static io.shoal.storage.heartbeat.FakeLeader.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.ChunkReport;
import io.shoal.proto.v1.CheckChunks;
import io.shoal.proto.v1.ChunkCopied;
import io.shoal.proto.v1.ChunkFinding;
import io.shoal.proto.v1.ChunkToCheck;
import io.shoal.proto.v1.ChunksChecked;
import io.shoal.proto.v1.CopyChunk;
import io.shoal.proto.v1.DeleteChunks;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.heartbeat.FakeLeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What nodes do about replicas when their leader says so: real nodes on real disks. */
@ExtendWith(NoLeaks.class)
final class StorageNodeReplicasTest {
  private static final ChunkId SMALL = new ChunkId(21);
  private static final ChunkId LARGE = new ChunkId(22);
  private static final ChunkId ABSENT = new ChunkId(23);
  private static final byte[] SMALL_BYTES = randomBytes(5_000, 1);
  private static final byte[] LARGE_BYTES = randomBytes(5_000_000, 2);

  @TempDir private Path directory;
  private NodeFixture fixture;
  private Bonded source;
  private Bonded target;
  private final List<Long> suspected = new ArrayList<>();

  /** A node with the leader's end of its bond. */
  private record Bonded(String name, StorageNode node, FakeLeader.Bonded bond) {
    int port() {
      return node.port();
    }
  }

  @BeforeEach
  void start() {
    fixture = new NodeFixture(directory);
    source = startNode("source");
    target = startNode("target");
    fixture.put(source.node(), SMALL, SMALL_BYTES, 1 << 20);
    fixture.put(source.node(), LARGE, LARGE_BYTES, 1 << 20);
  }

  private Bonded startNode(String name) {
    StorageNode node = fixture.start(directory.resolve(name));
    assertThat(take(fixture.leader.reports).hasRegister()).isTrue();
    return new Bonded(name, node, take(fixture.leader.bonds));
  }

  @AfterEach
  void stop() {
    fixture.client.close();
    target.node().close();
    source.node().close();
    fixture.close();
  }

  // ------------------------------------------------------------------------------------------
  // checking

  private List<ChunkFinding> check(boolean read, ChunkToCheck.Builder... chunks) {
    CheckChunks.Builder order = CheckChunks.newBuilder().setOrderId(77).setRead(read);
    for (ChunkToCheck.Builder chunk : chunks) {
      order.addChunks(chunk);
    }
    source.bond().send(NodeOrder.newBuilder().setCheck(order).build());
    ChunksChecked answer = take(fixture.leader.reports).getChecked();
    assertThat(answer.getOrderId()).isEqualTo(77);
    return answer.getFindingsList();
  }

  private static ChunkToCheck.Builder expect(ChunkId chunk, byte[] bytes) {
    return ChunkToCheck.newBuilder()
        .setChunkId(chunk.value())
        .setLength(bytes.length)
        .setCrc32C(Crc32c.of(bytes));
  }

  @Test
  void check_findsWhatIsThere() {
    for (boolean read : List.of(false, true)) {
      assertThat(
              check(
                  read,
                  expect(SMALL, SMALL_BYTES),
                  expect(LARGE, LARGE_BYTES),
                  expect(ABSENT, SMALL_BYTES),
                  expect(SMALL, randomBytes(5_001, 1)),
                  expect(SMALL, randomBytes(5_000, 9))))
          .containsExactly(
              ChunkFinding.CHUNK_FINDING_INTACT,
              ChunkFinding.CHUNK_FINDING_INTACT,
              ChunkFinding.CHUNK_FINDING_MISSING,
              ChunkFinding.CHUNK_FINDING_DAMAGED,
              ChunkFinding.CHUNK_FINDING_DAMAGED);
    }
  }

  /** A replica that was to become longer holds more than was committed. */
  @Test
  void check_moreThanWasCommitted_isIntactIfTheBeginningIs() {
    byte[] beginning = Arrays.copyOf(LARGE_BYTES, 1_234_567);
    assertThat(check(true, expect(LARGE, beginning)))
        .containsExactly(ChunkFinding.CHUNK_FINDING_INTACT);
  }

  @Test
  void check_bitFlippedOnDisk_isFoundByReadingOnly() throws IOException {
    flipBit(source, 3_000_000);
    assertThat(check(false, expect(LARGE, LARGE_BYTES)))
        .containsExactly(ChunkFinding.CHUNK_FINDING_INTACT);
    assertThat(check(true, expect(LARGE, LARGE_BYTES)))
        .containsExactly(ChunkFinding.CHUNK_FINDING_DAMAGED);
  }

  @Test
  void read_bitFlippedOnDisk_leaderIsTold() throws IOException {
    flipBit(source, 3_000_000);
    assertThat(Await.failure(fixture.read(source.node(), LARGE, 0, LARGE_BYTES.length)).code())
        .isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertThat(take(fixture.leader.reports).getSuspected().getChunkIdsList())
        .containsExactly(LARGE.value());
  }

  private void flipBit(Bonded node, long position) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve(node.name()).resolve("chunks"))) {
      Path file =
          files
              .filter(Files::isRegularFile)
              .filter(path -> path.toFile().length() >= position)
              .findAny()
              .orElseThrow();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, position);
        one.put(0, (byte) (one.get(0) ^ 4)).flip();
        channel.write(one, position);
      }
    }
  }

  // ------------------------------------------------------------------------------------------
  // copying

  private ChunkCopied copy(Bonded to, ChunkId chunk, byte[] expected, int... sourcePorts) {
    CopyChunk.Builder order =
        CopyChunk.newBuilder()
            .setOrderId(88)
            .setChunkId(chunk.value())
            .setLength(expected.length)
            .setCrc32C(Crc32c.of(expected))
            .setExpiresAtMillis(fixture.leader.nowMillis() + 60_000);
    for (int port : sourcePorts) {
      order.addSources(
          NodeAddress.newBuilder()
              .setNodeId(FakeLeader.NODE.value())
              .setHost("127.0.0.1")
              .setPort(port));
    }
    to.bond().send(NodeOrder.newBuilder().setCopy(order).build());
    NodeReport report = take(fixture.leader.reports);
    while (!report.hasCopied()) {
      // What a source came across may be told before the answer.
      suspected.addAll(report.getSuspected().getChunkIdsList());
      report = take(fixture.leader.reports);
    }
    assertThat(report.getCopied().getOrderId()).isEqualTo(88);
    return report.getCopied();
  }

  private void copies(Bonded to, ChunkId chunk, byte[] bytes, int... sourcePorts) {
    ChunkCopied answer = copy(to, chunk, bytes, sourcePorts);
    assertThat(answer.getFailure().getMessage()).isEmpty();
    assertThat(answer.getVolumeId()).isEqualTo(1);
    assertThat(Await.result(fixture.read(to.node(), chunk, 0, bytes.length))).isEqualTo(bytes);
    assertThat(stateOf(to, chunk)).isEqualTo(ChunkReport.State.CLOSED);
  }

  private ChunkReport.State stateOf(Bonded at, ChunkId chunk) {
    return fixture.describe(at.node(), chunk).get(0).state();
  }

  private int durableBytes(Bonded at, ChunkId chunk) {
    return fixture.describe(at.node(), chunk).get(0).durableBytes();
  }

  @Test
  void copy_smallAndLarge_areThereWholeAndClosed() {
    copies(target, SMALL, SMALL_BYTES, source.port());
    copies(target, LARGE, LARGE_BYTES, source.port());
  }

  /** Rule P3: a longer source is cut to what was committed. */
  @Test
  void copy_sourceHasMore_isCut() {
    byte[] beginning = Arrays.copyOf(LARGE_BYTES, 1_234_567);
    copies(target, LARGE, beginning, source.port());
    assertThat(durableBytes(target, LARGE)).isEqualTo(beginning.length);
  }

  @Test
  void copy_orderComesTwice_replicaIsLeftAsItIs() {
    copies(target, LARGE, LARGE_BYTES, source.port());
    // Without a source: what is here is enough.
    copies(target, LARGE, LARGE_BYTES);
  }

  /** Rule G1: for one of an earlier grant the leader may have said delete. */
  @Test
  void copy_wholeOneOfAnEarlierGrantIsHere_isMadeAnewUnderThisOne() {
    copies(target, LARGE, LARGE_BYTES, source.port());
    long before = fixture.describe(target.node(), LARGE).get(0).grantExpiresAtMillis();
    fixture.leader.setNowMillis(fixture.leader.nowMillis() + 10_000);
    copies(target, LARGE, LARGE_BYTES, source.port());
    assertThat(fixture.describe(target.node(), LARGE).get(0).grantExpiresAtMillis())
        .isEqualTo(before + 10_000);
  }

  /** An order to delete that was given again, before the copy, must not take the copy away. */
  @Test
  void copy_deletionsWaitThatWereOrderedBefore_comesBehindThem() {
    for (int order = 0; order < 12; order++) {
      DeleteChunks.Builder delete = DeleteChunks.newBuilder();
      for (int i = 0; i < 4_000; i++) {
        delete.addChunkIds(100_000L * (order + 1) + i);
      }
      target
          .bond()
          .send(NodeOrder.newBuilder().setDelete(delete.addChunkIds(SMALL.value())).build());
    }
    CopyChunk.Builder order =
        CopyChunk.newBuilder()
            .setOrderId(88)
            .setChunkId(SMALL.value())
            .setLength(SMALL_BYTES.length)
            .setCrc32C(Crc32c.of(SMALL_BYTES))
            .setExpiresAtMillis(fixture.leader.nowMillis() + 60_000)
            .addSources(
                NodeAddress.newBuilder()
                    .setNodeId(FakeLeader.NODE.value())
                    .setHost("127.0.0.1")
                    .setPort(source.port()));
    target.bond().send(NodeOrder.newBuilder().setCopy(order).build());
    boolean copied = false;
    for (int answers = 0; answers < 13; answers++) {
      NodeReport report = take(fixture.leader.reports);
      copied |= report.hasCopied() && !report.getCopied().hasFailure();
    }
    assertThat(copied).isTrue();
    assertThat(Await.result(fixture.read(target.node(), SMALL, 0, SMALL_BYTES.length)))
        .isEqualTo(SMALL_BYTES);
  }

  @Test
  void copy_oneSourceIsDeadAndOneIsDamaged_goesOnFromTheThird() throws IOException {
    Bonded dead = startNode("dead");
    dead.node().close();
    Bonded damaged = startNode("damaged");
    copies(damaged, LARGE, LARGE_BYTES, source.port());
    flipBit(damaged, 3_000_000);
    try {
      copies(target, LARGE, LARGE_BYTES, dead.port(), damaged.port(), source.port());
      if (suspected.isEmpty()) {
        suspected.addAll(take(fixture.leader.reports).getSuspected().getChunkIdsList());
      }
      assertThat(suspected).containsExactly(LARGE.value());
    } finally {
      damaged.node().close();
    }
  }

  @Test
  void copy_sourceHasOtherBytes_failsAndLeavesNothing() {
    ChunkCopied answer = copy(target, LARGE, randomBytes(5_000_000, 3), source.port());
    assertThat(answer.getFailure().getMessage()).contains("CRC32C");
    assertThat(stateOf(target, LARGE)).isEqualTo(ChunkReport.State.UNKNOWN);
  }

  @Test
  void copy_noSourceHasIt_saysWhatEachOneSaid() {
    ChunkCopied answer = copy(target, ABSENT, SMALL_BYTES, source.port());
    assertThat(answer.getFailure().getMessage()).contains("node 5", "CHUNK_UNKNOWN");
    assertThat(stateOf(target, ABSENT)).isEqualTo(ChunkReport.State.UNKNOWN);
  }

  @Test
  void copy_whatIsHereIsDamaged_isMadeAnew() throws IOException {
    copies(target, LARGE, LARGE_BYTES, source.port());
    flipBit(target, 3_000_000);
    copies(target, LARGE, LARGE_BYTES, source.port());
  }

  /** The last trace of the bytes is not given up for a source that has none. */
  @Test
  void copy_whatIsHereIsDamagedAndSoIsTheSource_keepsWhatThereIs() throws IOException {
    copies(target, LARGE, LARGE_BYTES, source.port());
    flipBit(target, 3_000_000);
    flipBit(source, 1_000_000);
    ChunkCopied answer = copy(target, LARGE, LARGE_BYTES, source.port());
    assertThat(answer.hasFailure()).isTrue();
    assertThat(durableBytes(target, LARGE)).isEqualTo(LARGE_BYTES.length);
  }

  @Test
  void copy_grantHasExpired_isRefused() {
    long now = fixture.leader.nowMillis();
    fixture.leader.setNowMillis(now + 120_000);
    Await.until(
        "the node knows what time it is",
        () -> target.node().membership().logClockMillis() > now + 60_000);
    fixture.leader.setNowMillis(now);
    ChunkCopied answer = copy(target, SMALL, SMALL_BYTES, source.port());
    assertThat(answer.getFailure().getCode()).isEqualTo(io.shoal.proto.v1.ErrorCode.GRANT_EXPIRED);
  }
}
