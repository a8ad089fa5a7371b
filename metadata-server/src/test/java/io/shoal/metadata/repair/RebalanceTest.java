package io.shoal.metadata.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.GarbageChunk;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.repair.RebalanceStatus.State;
import io.shoal.metadata.repair.RepairOrders.Finding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes of a hundred chunks each, of which some are full. */
class RebalanceTest extends RepairHarness {
  private static final int PERCENT = 10_000;
  private static final long SIZE = 100 * LENGTH;

  private final List<ChunkId> chunks = new ArrayList<>();

  @Override
  VolumeReport volume(NodeId nodeId) {
    long used = (long) nodes.held(nodeId).size() * LENGTH;
    return new VolumeReport(
        1, "/data", SIZE, SIZE - used, used, used / LENGTH, VolumeHealth.HEALTHY, "");
  }

  private void fill(int files, int... holders) {
    for (int i = 0; i < files; i++) {
      chunks.add(put("/f" + chunks.size(), holders));
    }
  }

  /** As {@link #pass}, and nodes delete what they are told; nothing may be missing meanwhile. */
  private void live(long seconds) {
    for (long i = 0; i < seconds; i++) {
      pass(1);
      for (NodeId nodeId : List.copyOf(nodes.attached)) {
        delete(nodeId);
      }
      assertThat(new ChunkQueries(log.view()).underReplicated(null, 1)).isEmpty();
    }
  }

  private void delete(NodeId nodeId) {
    List<ChunkId> garbage =
        new ChunkQueries(log.view())
            .deletable(nodeId, null, 100).stream().map(GarbageChunk::chunkId).toList();
    if (!garbage.isEmpty()) {
      garbage.forEach(chunkId -> nodes.held(nodeId).remove(chunkId));
      log.apply(new MaintenanceCommand.ReplicasDeleted(nodeId, garbage));
    }
  }

  private RebalanceStatus start(int percent) {
    return repair.startRebalance(percent * PERCENT).join();
  }

  private RebalanceStatus status() {
    return repair.rebalance().join();
  }

  private RebalanceStatus liveUntilItEnds() {
    for (int i = 0; i < 600 && status().state().lasts(); i++) {
      live(1);
    }
    return status();
  }

  private int held(int number) {
    return nodes.held(new NodeId(number)).size();
  }

  private void assertWhole() {
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(3);
      counted(chunk)
          .forEach(
              number ->
                  assertThat(nodes.held(new NodeId(number))).containsEntry(chunk, Finding.INTACT));
      assertThat(row(chunk).holders().uncounted()).isEmpty();
    }
  }

  @Test
  void emptyNodes_getWhatTheFullOnesHaveTooMuch() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    RebalanceStatus begun = start(5);
    assertThat(begun.state()).isEqualTo(State.RUNNING);
    assertThat(begun.meanMillionths()).isEqualTo(48 * PERCENT);
    assertThat(begun.nodes())
        .extracting(NodeFullness::usedMillionths)
        .containsExactly(80 * PERCENT, 80 * PERCENT, 80 * PERCENT, 0, 0);
    assertThat(begun.leftReplicas()).isEqualTo(2 * 43);

    RebalanceStatus ended = liveUntilItEnds();
    assertThat(ended.state()).isEqualTo(State.BALANCED);
    for (int i = 1; i <= NODES; i++) {
      assertThat(held(i)).as("node %s", i).isBetween(43, 53);
    }
    // What came to one of them in excess of the mean may have gone on to the other.
    assertThat(ended.movedReplicas()).isBetween(held(4) + held(5) + 0L, held(4) + held(5) + 5L);
    assertThat(ended.movedBytes()).isEqualTo(ended.movedReplicas() * LENGTH);
    assertThat(ended.failedMoves()).isZero();
    assertThat(ended.movingReplicas()).isZero();
    assertThat(ended.leftBytes()).isZero();
    assertWhole();
  }

  /** No node is far above the mean, and one is far below. */
  @Test
  void oneEmptyNode_getsFromAllThatAreAboveTheMean() {
    fill(20, 1, 2, 3);
    fill(20, 2, 3, 4);
    fill(20, 3, 4, 1);
    fill(20, 4, 1, 2);
    repair.begin();
    live(3);
    start(20);
    assertThat(liveUntilItEnds().state()).isEqualTo(State.BALANCED);
    assertThat(held(5)).isBetween(28, 40);
    assertWhole();
  }

  @Test
  void balancedAlready_endsAtOnce() {
    fill(20, 1, 2, 3);
    repair.begin();
    live(3);
    assertThat(start(13).state()).isEqualTo(State.BALANCED);
    live(5);
    assertThat(log.countOf(RepairCommand.AddReplica.class)).isZero();
  }

  @Test
  void noNodeTakesPart_endsStuck() {
    fill(20, 1, 2, 3);
    repair.begin();
    live(3);
    for (int i = 1; i <= NODES; i++) {
      log.apply(new RepairCommand.StartMaintenance(new NodeId(i), DEAD_AFTER.toMillis()));
    }
    live(1);
    assertThat(start(10).state()).isEqualTo(State.STUCK);
  }

  @Test
  void noneInThisTerm_tellsHowFullNodesAre() {
    fill(20, 1, 2, 3);
    repair.begin();
    live(3);
    RebalanceStatus status = status();
    assertThat(status.state()).isEqualTo(State.NONE);
    assertThat(status.nodes()).hasSize(NODES);
    assertThat(status.meanMillionths()).isEqualTo(12 * PERCENT);
    assertThat(status.leftReplicas()).isZero();
  }

  /** Every node is a rack of its own here, but 4 is in the rack of 1. */
  @Test
  void failureDomains_areRespected() {
    registerIn(4, "/rack1");
    kill(5);
    fill(60, 1, 2, 3);
    repair.begin();
    live(3);
    start(10);
    assertThat(liveUntilItEnds().state()).isEqualTo(State.STUCK);
    assertThat(chunks).allSatisfy(chunk -> assertThat(counted(chunk)).contains(2, 3));
    assertThat(held(4)).as("what left node 1").isEqualTo(60 - held(1)).isPositive();
    assertWhole();
  }

  @Test
  void repairGoesFirst() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    for (int i = 0; i < 60; i++) {
      chunks.add(put("/under" + i, 4, 5));
    }
    start(5);
    beat();
    clock.advanceMillis(SECOND);
    assertThat(status().state()).isEqualTo(State.PAUSED);
    nodes.copies.forEach(
        given ->
            assertThat(given.order().content().chunkId())
                .as("what is repaired")
                .isIn(chunks.subList(80, chunks.size())));
    pass(30);
    RebalanceStatus ended = liveUntilItEnds();
    assertThat(ended.state()).isEqualTo(State.BALANCED);
    assertWhole();
  }

  @Test
  void keepsToHalfOfWhatANodeMayBeAskedFor() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    start(5);
    beat();
    clock.advanceMillis(SECOND);
    // Two of four at a time to each of the two targets.
    assertThat(nodes.copies).hasSize(4);
  }

  @Test
  void targetIsKilled_whatItHadIsRepaired_andTheOthersAreFilled() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    start(5);
    live(10);
    assertThat(held(4)).isPositive();
    kill(4);
    pass(DEAD_AFTER.toSeconds() + 30);
    RebalanceStatus ended = liveUntilItEnds();
    assertThat(ended.state()).isEqualTo(State.BALANCED);
    live(30);
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(3).doesNotContain(4);
    }
    for (int i : List.of(1, 2, 3, 5)) {
      assertThat(held(i)).isBetween(55, 65);
    }
  }

  @Test
  void sourceIsKilled_nothingIsLost() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    start(5);
    live(10);
    kill(1);
    pass(DEAD_AFTER.toSeconds() + 60);
    RebalanceStatus ended = liveUntilItEnds();
    assertThat(ended.state()).isEqualTo(State.BALANCED);
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(3).doesNotContain(1);
    }
    comeBack(1);
    live(120);
    assertWhole();
  }

  @Test
  void copiesFail_endsStuck() {
    fill(80, 1, 2, 3);
    nodes.fail(new NodeId(4));
    nodes.fail(new NodeId(5));
    repair.begin();
    live(3);
    start(5);
    RebalanceStatus ended = liveUntilItEnds();
    assertThat(ended.state()).isEqualTo(State.STUCK);
    assertThat(ended.failedMoves()).isPositive();
    assertWhole();
  }

  @Test
  void stop_beginsNoMoreMoves_andEndsThoseUnderWay() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    start(5);
    live(3);
    RebalanceStatus stopped = repair.stopRebalance().join();
    assertThat(stopped.state()).isEqualTo(State.STOPPED);
    assertThat(stopped.movingReplicas()).isPositive();
    long copies = log.countOf(RepairCommand.AddReplica.class);
    live(20);
    assertThat(status().movingReplicas()).isZero();
    assertThat(log.countOf(RepairCommand.AddReplica.class)).isEqualTo(copies);
    assertThat(status().movedReplicas()).isEqualTo(copies);
    assertWhole();
  }

  @Test
  void termEnds_soDoesTheRebalance_andWhatWasTooManyGoes() {
    fill(80, 1, 2, 3);
    repair.begin();
    live(3);
    start(5);
    live(2);
    repair.end();
    repair.begin();
    assertThat(status().state()).isEqualTo(State.NONE);
    live(30);
    assertWhole();
  }
}
