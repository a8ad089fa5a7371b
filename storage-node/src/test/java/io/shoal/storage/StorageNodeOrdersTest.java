package io.shoal.storage;

import static io.shoal.storage.NodeFixture.randomBytes;
import static io.shoal.storage.heartbeat.FakeLeader.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.ChunkReport;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.DeleteChunks;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.heartbeat.FakeLeader;
import io.shoal.storage.trash.TrashConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a node does when its leader says so. */
@ExtendWith(NoLeaks.class)
final class StorageNodeOrdersTest {
  private static final ChunkId FIRST = new ChunkId(11);
  private static final ChunkId SECOND = new ChunkId(12);
  private static final ChunkId THIRD = new ChunkId(13);

  @TempDir private Path directory;
  private NodeFixture fixture;
  private StorageNode node;
  private FakeLeader.Bonded bond;

  @BeforeEach
  void start() {
    fixture = new NodeFixture(directory);
    node = fixture.start(fixture.askingConfig(TrashConfig.defaults(), directory.resolve("disk")));
    bond = take(fixture.leader.bonds);
    assertThat(take(fixture.leader.reports).hasRegister()).isTrue();
    for (ChunkId chunk : List.of(FIRST, SECOND, THIRD)) {
      fixture.put(node, chunk, randomBytes(1_000, chunk.value()), 1 << 20);
    }
  }

  @AfterEach
  void stop() {
    fixture.client.close();
    node.close();
    fixture.close();
  }

  private ChunkReport.State stateOf(ChunkId chunk) {
    return fixture.describe(node, chunk).get(0).state();
  }

  @Test
  void delete_isDoneAndReported() {
    bond.send(
        NodeOrder.newBuilder()
            .setDelete(DeleteChunks.newBuilder().addChunkIds(FIRST.value()).addChunkIds(99))
            .build());

    assertThat(take(fixture.leader.reports).getChunksDeleted().getChunkIdsList())
        .as("what the node does not have counts as deleted")
        .containsExactlyInAnyOrder(FIRST.value(), 99L);
    assertThat(stateOf(FIRST)).isEqualTo(ChunkReport.State.UNKNOWN);
    assertThat(stateOf(SECOND)).isEqualTo(ChunkReport.State.CLOSED);
    assertThat(Await.failure(fixture.read(node, FIRST, 0, 1)).code())
        .isEqualTo(ErrorCode.CHUNK_UNKNOWN);
  }

  @Test
  void delete_manyOrdersAtOnce_areAllAnswered() {
    for (int i = 0; i < 100; i++) {
      bond.send(
          NodeOrder.newBuilder()
              .setDelete(DeleteChunks.newBuilder().addChunkIds(1_000 + i))
              .build());
    }
    for (int i = 0; i < 100; i++) {
      assertThat(take(fixture.leader.reports).hasChunksDeleted()).isTrue();
    }
  }

  /** Rule G1: the node asks, the leader decides. */
  @Test
  void grantsRunOut_leaderIsAskedAndObeyed() {
    assertThat(fixture.leader.reports).as("no grant has run out").isEmpty();
    fixture.leader.setNowMillis(fixture.leader.nowMillis() + 60_001);
    NodeReport question = take(fixture.leader.reports);
    assertThat(question.getQuestion().getChunkIdsList())
        .containsExactlyInAnyOrder(FIRST.value(), SECOND.value(), THIRD.value());

    bond.send(
        verdicts(
            FIRST,
            ChunkVerdict.CHUNK_VERDICT_KEEP,
            SECOND,
            ChunkVerdict.CHUNK_VERDICT_DELETE,
            THIRD));

    Await.until("the second is deleted", () -> stateOf(SECOND) == ChunkReport.State.UNKNOWN);
    assertThat(stateOf(FIRST)).isEqualTo(ChunkReport.State.CLOSED);
    assertThat(stateOf(THIRD)).isEqualTo(ChunkReport.State.CLOSED);
    assertThat(take(fixture.leader.reports).getQuestion().getChunkIdsList())
        .as("only what is not decided is asked about again")
        .containsExactly(THIRD.value());
  }

  private static NodeOrder verdicts(
      ChunkId first,
      ChunkVerdict firstVerdict,
      ChunkId second,
      ChunkVerdict secondVerdict,
      ChunkId third) {
    return NodeOrder.newBuilder()
        .setVerdicts(
            ChunkVerdicts.newBuilder()
                .addChunkIds(first.value())
                .addVerdicts(firstVerdict)
                .addChunkIds(second.value())
                .addVerdicts(secondVerdict)
                .addChunkIds(third.value())
                .addVerdicts(ChunkVerdict.CHUNK_VERDICT_WAIT))
        .build();
  }
}
