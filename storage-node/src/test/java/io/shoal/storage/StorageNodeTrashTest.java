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
import io.shoal.proto.v1.ChunkFinding;
import io.shoal.proto.v1.ChunkQuestion;
import io.shoal.proto.v1.ChunkToCheck;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.ConfirmDeletions;
import io.shoal.proto.v1.CopyChunk;
import io.shoal.proto.v1.DeleteChunks;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.NodeUpkeep;
import io.shoal.storage.heartbeat.FakeLeader;
import io.shoal.storage.scrub.ScrubConfig;
import io.shoal.storage.trash.TrashConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rule G5, from the leader's side: a real node on a real disk. */
@ExtendWith(NoLeaks.class)
final class StorageNodeTrashTest {
  private static final ChunkId FIRST = new ChunkId(11);
  private static final ChunkId SECOND = new ChunkId(12);
  private static final ChunkId THIRD = new ChunkId(13);
  private static final long GRANT_MILLIS = 60_000;
  private static final long PERIOD_MILLIS = 100_000;

  /** Two chunks may be unknown. */
  private static final TrashConfig TRASH = new TrashConfig(Duration.ofMillis(PERIOD_MILLIS), 0, 2);

  @TempDir private Path directory;
  private NodeFixture fixture;
  private StorageNode node;
  private FakeLeader.Bonded bond;
  private final List<NodeReport> waiting = new ArrayList<>();

  @BeforeEach
  void start() {
    fixture = new NodeFixture(directory);
    startNode();
    for (ChunkId chunk : List.of(FIRST, SECOND, THIRD)) {
      fixture.put(node, chunk, content(chunk), 1 << 20);
    }
  }

  private void startNode() {
    startNode(ScrubConfig.defaults());
  }

  private void startNode(ScrubConfig scrub) {
    StorageNodeConfig usual = fixture.askingConfig(TRASH, directory.resolve("disk"));
    node =
        fixture.start(
            new StorageNodeConfig(
                usual.endpoint(),
                usual.dataDirectories(),
                usual.secretFile(),
                usual.store(),
                usual.streams(),
                usual.heartbeat(),
                scrub,
                usual.trash(),
                usual.drainLimit()));
    bond = take(fixture.leader.bonds);
    waiting.clear();
    assertThat(next(NodeReport::hasRegister).hasRegister()).isTrue();
    waiting.clear();
  }

  @AfterEach
  void stop() {
    fixture.client.close();
    node.close();
    fixture.close();
  }

  private static byte[] content(ChunkId chunk) {
    return randomBytes(300_000, chunk.value());
  }

  private ChunkReport.State stateOf(ChunkId chunk) {
    return fixture.describe(node, chunk).get(0).state();
  }

  private void pass(long millis) {
    fixture.leader.setNowMillis(fixture.leader.nowMillis() + millis);
  }

  /** Returns the next report of a kind; others wait until they are wanted. */
  private NodeReport next(Predicate<NodeReport> wanted) {
    for (Iterator<NodeReport> earlier = waiting.iterator(); earlier.hasNext(); ) {
      NodeReport report = earlier.next();
      if (wanted.test(report)) {
        earlier.remove();
        return report;
      }
    }
    NodeReport report = take(fixture.leader.reports);
    while (!wanted.test(report)) {
      waiting.add(report);
      report = take(fixture.leader.reports);
    }
    return report;
  }

  /** Answers the next question: these chunks are unknown, and all others known. */
  private ChunkQuestion disown(ChunkId... chunks) {
    ChunkQuestion question = next(NodeReport::hasQuestion).getQuestion();
    ChunkVerdicts.Builder verdicts = ChunkVerdicts.newBuilder();
    for (long chunk : question.getChunkIdsList()) {
      boolean unknown = Arrays.asList(chunks).contains(new ChunkId(chunk));
      verdicts
          .addChunkIds(chunk)
          .addVerdicts(
              unknown ? ChunkVerdict.CHUNK_VERDICT_DELETE : ChunkVerdict.CHUNK_VERDICT_KEEP);
    }
    bond.send(NodeOrder.newBuilder().setVerdicts(verdicts).build());
    return question;
  }

  private NodeUpkeep upkeep(Predicate<NodeUpkeep> wanted) {
    NodeUpkeep upkeep = take(fixture.leader.heartbeats).getUpkeep();
    while (!wanted.test(upkeep)) {
      upkeep = take(fixture.leader.heartbeats).getUpkeep();
    }
    return upkeep;
  }

  /** Answers all questions, those of the scrubber included. */
  private void disownUntil(Predicate<NodeUpkeep> wanted, ChunkId... unknown) {
    do {
      NodeReport report = fixture.leader.reports.poll();
      if (report != null) {
        waiting.add(report);
      }
      if (waiting.stream().anyMatch(NodeReport::hasQuestion)) {
        disown(unknown);
      }
    } while (!wanted.test(take(fixture.leader.heartbeats).getUpkeep()));
  }

  private void throwAwayFirst() {
    pass(GRANT_MILLIS + 1);
    disown(FIRST);
    assertThat(upkeep(told -> told.getTrashChunks() == 1).getTrashBytes())
        .isEqualTo(content(FIRST).length);
    assertThat(stateOf(FIRST)).isEqualTo(ChunkReport.State.UNKNOWN);
    assertThat(Await.failure(fixture.read(node, FIRST, 0, 1)).code())
        .isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(fixture.inventory(node, 0)).hasSize(2);
  }

  private ChunkFinding check(ChunkId chunk) {
    bond.send(
        NodeOrder.newBuilder()
            .setCheck(
                CheckChunks.newBuilder()
                    .addChunks(
                        ChunkToCheck.newBuilder()
                            .setChunkId(chunk.value())
                            .setLength(content(chunk).length)
                            .setCrc32C(Crc32c.of(content(chunk)))))
            .build());
    return next(NodeReport::hasChecked).getChecked().getFindings(0);
  }

  private void assertServed(ChunkId chunk) {
    assertThat(stateOf(chunk)).isEqualTo(ChunkReport.State.CLOSED);
    assertThat(Await.result(fixture.read(node, chunk, 0, content(chunk).length)))
        .isEqualTo(content(chunk));
  }

  @Test
  void unknownChunk_isErasedAfterThePeriod_whenTheLeaderSaysSoAgain() {
    throwAwayFirst();
    pass(PERIOD_MILLIS);
    assertThat(disown(FIRST).getChunkIdsList()).containsExactly(FIRST.value());
    upkeep(told -> told.getTrashChunks() == 0);
    assertThat(stateOf(FIRST)).isEqualTo(ChunkReport.State.UNKNOWN);
    assertThat(check(FIRST)).isEqualTo(ChunkFinding.CHUNK_FINDING_MISSING);
    assertServed(SECOND);
  }

  @Test
  void unknownChunk_isKnownWhenItIsAskedAboutAgain_comesBack() {
    throwAwayFirst();
    pass(PERIOD_MILLIS);
    assertThat(disown().getChunkIdsList()).containsExactly(FIRST.value());
    Await.until("it is back", () -> stateOf(FIRST) == ChunkReport.State.CLOSED);
    assertServed(FIRST);
  }

  @Test
  void check_chunkIsInTheTrash_comesBack_alsoAfterARestart() {
    throwAwayFirst();
    node.close();
    startNode();
    assertThat(stateOf(FIRST)).isEqualTo(ChunkReport.State.UNKNOWN);
    assertThat(check(FIRST)).isEqualTo(ChunkFinding.CHUNK_FINDING_INTACT);
    assertServed(FIRST);
  }

  @Test
  void delete_chunkIsInTheTrash_isErasedAtOnce() {
    throwAwayFirst();
    bond.send(
        NodeOrder.newBuilder()
            .setDelete(DeleteChunks.newBuilder().addChunkIds(FIRST.value()))
            .build());
    assertThat(next(NodeReport::hasChunksDeleted).getChunksDeleted().getChunkIdsList())
        .containsExactly(FIRST.value());
    upkeep(told -> told.getTrashChunks() == 0);
    assertThat(check(FIRST)).isEqualTo(ChunkFinding.CHUNK_FINDING_MISSING);
  }

  private NodeReport copyFirst(int... sourcePorts) {
    CopyChunk.Builder order =
        CopyChunk.newBuilder()
            .setChunkId(FIRST.value())
            .setLength(content(FIRST).length)
            .setCrc32C(Crc32c.of(content(FIRST)))
            .setExpiresAtMillis(fixture.leader.nowMillis() + GRANT_MILLIS);
    for (int port : sourcePorts) {
      order.addSources(
          NodeAddress.newBuilder()
              .setNodeId(FakeLeader.NODE.value())
              .setHost("127.0.0.1")
              .setPort(port));
    }
    bond.send(NodeOrder.newBuilder().setCopy(order).build());
    return next(NodeReport::hasCopied);
  }

  @Test
  void copy_chunkIsInTheTrash_isMadeAnewUnderItsOwnGrant() {
    throwAwayFirst();
    StorageNode source = fixture.start(directory.resolve("source"));
    try {
      fixture.put(source, FIRST, content(FIRST), 1 << 20);
      assertThat(copyFirst(source.port()).getCopied().getFailure().getMessage()).isEmpty();
      assertServed(FIRST);
      assertThat(fixture.describe(node, FIRST).get(0).grantExpiresAtMillis())
          .isEqualTo(fixture.leader.nowMillis() + GRANT_MILLIS);
      upkeep(told -> told.getTrashChunks() == 0);
    } finally {
      source.close();
    }
  }

  /** What is in the trash may be all that is left. */
  @Test
  void copy_chunkIsInTheTrashAndNoSourceHasIt_isNotGivenUp() {
    throwAwayFirst();
    StorageNode source = fixture.start(directory.resolve("source"));
    try {
      assertThat(copyFirst(source.port()).getCopied().getFailure().getMessage())
          .contains("CHUNK_UNKNOWN");
      assertServed(FIRST);
    } finally {
      source.close();
    }
  }

  @Test
  void confirmedChunk_thatTheLeaderForgot_isFoundWhenTheScrubberComesBy() {
    pass(GRANT_MILLIS + 1);
    disown();
    // When it asks about another one, and about that alone, the first three are confirmed.
    ChunkId fourth = new ChunkId(14);
    fixture.put(node, fourth, content(fourth), 1 << 20);
    pass(GRANT_MILLIS + 1);
    assertThat(disown().getChunkIdsList()).containsExactly(fourth.value());
    node.close();
    startNode(new ScrubConfig(Duration.ofSeconds(1), 1L << 30));
    disownUntil(told -> told.getTrashChunks() == 1, SECOND);
    assertThat(stateOf(SECOND)).isEqualTo(ChunkReport.State.UNKNOWN);
    assertServed(FIRST);
    assertServed(THIRD);
  }

  @Test
  void tooManyUnknownChunks_nothingIsDeletedUntilAnOperatorConfirms() {
    pass(GRANT_MILLIS + 1);
    disown(FIRST, SECOND, THIRD);
    NodeUpkeep stopped = upkeep(NodeUpkeep::getBrakeOn);
    assertThat(stopped.getBrakeSinceMillis()).isEqualTo(fixture.leader.nowMillis());
    bond.send(
        NodeOrder.newBuilder()
            .setDelete(DeleteChunks.newBuilder().addChunkIds(FIRST.value()))
            .build());
    assertThat(check(FIRST)).as("by order neither").isEqualTo(ChunkFinding.CHUNK_FINDING_INTACT);
    assertServed(FIRST);

    node.close();
    fixture.leader.heartbeats.clear();
    startNode();
    assertThat(take(fixture.leader.heartbeats).getUpkeep().getBrakeOn()).isTrue();
    disownUntil(told -> told.getUnknownChunks() == 3, FIRST, SECOND, THIRD);
    assertThat(fixture.inventory(node, 0)).hasSize(3);

    bond.send(
        NodeOrder.newBuilder()
            .setConfirmDeletions(
                ConfirmDeletions.newBuilder()
                    .setBrakeSinceMillis(stopped.getBrakeSinceMillis())
                    .setUpToChunks(3))
            .build());
    upkeep(told -> !told.getBrakeOn());
    bond.send(
        NodeOrder.newBuilder()
            .setDelete(DeleteChunks.newBuilder().addChunkIds(FIRST.value()))
            .build());
    assertThat(next(NodeReport::hasChunksDeleted).getChunksDeleted().getChunkIdsList())
        .containsExactly(FIRST.value());
    disownUntil(told -> told.getTrashChunks() == 2, FIRST, SECOND, THIRD);
  }
}
