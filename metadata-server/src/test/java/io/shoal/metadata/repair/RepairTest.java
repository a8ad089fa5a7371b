package io.shoal.metadata.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.UncountedReplica.State;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.repair.RepairOrders.Finding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepairTest extends RepairHarness {
  @Test
  void deadNode_whatItHeldIsCopiedElsewhere() {
    List<ChunkId> chunks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      chunks.add(put("/f" + i, 1, 2, 3));
    }
    repair.begin();
    pass(5);
    kill(3);
    pass(DEAD_AFTER.toSeconds() - 2);
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).as("not before its time").isZero();
    pass(5);

    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(3).contains(1, 2).doesNotContain(3);
      assertThat(stateOf(chunk, 3)).isEqualTo(State.LOST);
    }
    assertThat(new ChunkQueries(log.view()).underReplicated(null, 1)).isEmpty();
  }

  @Test
  void deadNodeComesBack_surplusGoesOnlyWhenTheOthersWereRead() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    kill(3);
    pass(DEAD_AFTER.toSeconds() + 5);
    List<Integer> repaired = counted(chunk);
    assertThat(repaired).hasSize(3);
    comeBack(3);
    pass(5);

    assertThat(counted(chunk)).hasSize(3);
    assertThat(row(chunk).holders().uncounted())
        .singleElement()
        .satisfies(other -> assertThat(other.state()).isEqualTo(State.DELETING));
    RepairCommand.RemoveReplica remove =
        log.submitted().stream()
            .filter(RepairCommand.RemoveReplica.class::isInstance)
            .map(RepairCommand.RemoveReplica.class::cast)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    assertThat(remove.verified()).hasSize(3);
  }

  @Test
  void surplus_oneOfTheOthersIsDamaged_isKeptAndTheDamagedOneGoes() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    kill(3);
    pass(DEAD_AFTER.toSeconds() + 5);
    nodes.put(new NodeId(1), chunk, Finding.DAMAGED);
    comeBack(3);
    pass(5);

    assertThat(counted(chunk)).hasSize(3).doesNotContain(1);
    assertThat(stateOf(chunk, 1)).isEqualTo(State.DELETING);
    assertThat(row(chunk).holders().uncounted()).hasSize(1);
  }

  /** Many silent nodes at a time are a sign that this server is cut off. */
  @Test
  void mostNodesSilent_noneIsDeclaredDead() {
    put("/f", 1, 2, 3);
    repair.begin();
    pass(2);
    kill(1);
    kill(2);
    kill(3);
    pass(2 * DEAD_AFTER.toSeconds());
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
    comeBack(3);
    pass(8);
    assertThat(log.countOf(RepairCommand.DeclareDead.class))
        .as("the others may be about to come back")
        .isZero();
    pass(4);
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isEqualTo(2);
  }

  @Test
  void mostNodesSilent_nothingIsCopied_untilMoreAreHeard() {
    ChunkId chunk = put("/f", 1, 3);
    kill(3);
    kill(4);
    kill(5);
    repair.begin();
    pass(30);
    assertThat(counted(chunk)).containsExactly(1, 3);
    assertThat(liveness.safeMode().on()).isTrue();
    comeBack(3);
    pass(5);
    assertThat(liveness.safeMode().on()).isFalse();
    assertThat(counted(chunk)).containsExactly(1, 2, 3);
  }

  @Test
  void decommissionedNodes_areNoneThatAreExpected() {
    put("/f", 1, 2, 3);
    for (int i = 3; i <= NODES; i++) {
      log.apply(new RepairCommand.SetAdminState(new NodeId(i), AdminState.DECOMMISSIONING));
    }
    repair.begin();
    pass(GRANT_MILLIS / SECOND + 10);
    assertThat(adminState(4)).isEqualTo(AdminState.DECOMMISSIONED);
    assertThat(adminState(5)).isEqualTo(AdminState.DECOMMISSIONED);
    for (int i = 1; i <= NODES; i++) {
      kill(i);
    }
    pass(2 * DEAD_AFTER.toSeconds());
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
  }

  /** The verdict came into the log behind the node's registration. */
  @Test
  void nodeThatLives_isDeadOnRecord_isTakenBack() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    pass(2);
    log.apply(new RepairCommand.DeclareDead(new NodeId(3)));
    pass(70);
    assertThat(new ClusterQueries(log.view()).node(new NodeId(3)).dead()).isFalse();
    assertThat(counted(chunk)).hasSize(3);
    assertThat(row(chunk).holders().uncounted())
        .allSatisfy(other -> assertThat(other.state()).isEqualTo(State.DELETING));
  }

  /** Some nodes are heard of before the first round after it: the others are not dead for that. */
  @Test
  void serverStoodStill_nobodyIsDeclaredDead() {
    put("/f", 1, 2, 3);
    repair.begin();
    pass(2);
    standsStill = true;
    clock.advance(DEAD_AFTER.multipliedBy(10));
    silent.addAll(List.of(new NodeId(4), new NodeId(5)));
    beat();
    silent.clear();
    standsStill = false;
    stalled.forEach(Runnable::run);
    pass(10);
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
  }

  @Test
  void fewestReplicas_areCopiedFirst() {
    List<ChunkId> two = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      two.add(put("/two" + i, 1, 2, 3));
    }
    ChunkId one = put("/one", 3, 4);
    // Nobody takes it at first: it rests until somebody has died.
    full.addAll(List.of(new NodeId(1), new NodeId(2), new NodeId(5)));
    beat();
    repair.begin();
    full.clear();
    pass(1);
    kill(3);
    for (long i = 0; i < DEAD_AFTER.toSeconds() + 1 && nodes.copies.isEmpty(); i++) {
      beat();
      clock.advanceMillis(SECOND);
      if (nodes.copies.isEmpty()) {
        nodes.work(repair);
      }
    }
    assertThat(nodes.copies).isNotEmpty();
    nodes.work(repair);
    pass(3);
    assertThat(counted(one)).hasSize(3);
    List<RepairCommand.AddReplica> added =
        log.submitted().stream()
            .filter(RepairCommand.AddReplica.class::isInstance)
            .map(RepairCommand.AddReplica.class::cast)
            .toList();
    int last = 0;
    for (int i = 0; i < added.size(); i++) {
      if (added.get(i).chunkId().equals(one)) {
        last = i;
      }
    }
    assertThat(last).as("the second copy of the chunk with one replica").isLessThan(8);
    assertThat(two).allSatisfy(chunk -> assertThat(counted(chunk)).hasSize(3));
  }

  @Test
  void copies_keepWithinWhatANodeMayBeAskedFor() {
    for (int i = 0; i < 50; i++) {
      put("/f" + i, 1, 2);
    }
    repair.begin();
    beat();
    clock.advanceMillis(SECOND);
    clock.advanceMillis(SECOND);
    // Four at a time from each of the two sources, of which each copy has one.
    assertThat(nodes.copies).hasSize(8);
    nodes.workOnce(repair);
    assertThat(nodes.copies.size()).isLessThanOrEqualTo(8);
    pass(30);
    assertThat(new ChunkQueries(log.view()).underReplicated(null, 1)).isEmpty();
  }

  @Test
  void copyFails_anotherIsTriedLater() {
    ChunkId chunk = put("/f", 1, 2);
    nodes.fail(new NodeId(3));
    nodes.fail(new NodeId(4));
    repair.begin();
    pass(120);
    assertThat(counted(chunk)).containsExactly(1, 2, 5);
  }

  @Test
  void orderWithoutAnAnswer_isGivenUp() {
    ChunkId chunk = put("/f", 1, 2);
    repair.begin();
    beat();
    clock.advanceMillis(SECOND);
    clock.advanceMillis(SECOND);
    nodes.checks.clear();
    assertThat(nodes.copies).hasSize(1);
    nodes.copies.clear();
    pass(60);
    assertThat(counted(chunk)).hasSize(3);
  }

  @Test
  void targetIsGone_itsOrderIsGivenUpAtOnce() {
    ChunkId chunk = put("/f", 1, 2);
    repair.begin();
    beat();
    clock.advanceMillis(SECOND);
    clock.advanceMillis(SECOND);
    assertThat(nodes.copies).hasSize(1);
    kill(nodes.copies.get(0).nodeId().value());
    nodes.copies.clear();
    pass(5);
    assertThat(counted(chunk)).as("long before the order's timeout").hasSize(3);
  }

  @Test
  void openChunk_isCopiedWhenItIsSealed() {
    ChunkId chunk = put("/f", false, 1, 2);
    repair.begin();
    pass(10);
    assertThat(log.countOf(RepairCommand.AddReplica.class)).isZero();
    clock.advanceMillis(GRANT_MILLIS);
    log.apply(new MaintenanceCommand.SealExpired(10));
    pass(5);
    assertThat(counted(chunk)).hasSize(3);
  }

  @Test
  void attachedNode_lostChunksAreFound_withoutAnyRead() {
    ChunkId chunk = put("/f", 1, 2, 3);
    ChunkId gone = put("/g", 1, 2, 3);
    nodes.put(new NodeId(3), gone, Finding.MISSING);
    repair.begin();
    pass(5);
    assertThat(counted(chunk)).containsExactly(1, 2, 3);
    assertThat(counted(gone)).hasSize(3);
    assertThat(row(gone).holders().changes()).isPositive();
  }

  @Test
  void suspicion_isCheckedByReadingBeforeAnythingIsRecorded() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    pass(5);
    repair.onSuspected(new NodeId(2), List.of(chunk));
    pass(2);
    assertThat(row(chunk).holders().changes()).as("the node was wrong").isZero();

    nodes.put(new NodeId(2), chunk, Finding.DAMAGED);
    repair.onSuspected(new NodeId(2), List.of(chunk));
    pass(5);
    assertThat(counted(chunk)).hasSize(3).doesNotContain(2);
    assertThat(stateOf(chunk, 2)).isEqualTo(State.DELETING);
  }

  @Test
  void damaged_nobodyElseTakesIt_isMadeAnewWhereItIs() {
    for (int i = 4; i <= NODES; i++) {
      kill(i);
    }
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    pass(2);
    nodes.put(new NodeId(2), chunk, Finding.DAMAGED);
    repair.onSuspected(new NodeId(2), List.of(chunk));
    pass(5);
    assertThat(counted(chunk)).containsExactly(1, 2, 3);
  }

  @Test
  void fencedVolume_whatItHeldIsCopiedElsewhere() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    pass(2);
    register(2, "fsync failed");
    pass(5);
    assertThat(counted(chunk)).hasSize(3).doesNotContain(2);
  }

  @Test
  void decommission_nodeIsEmptiedAndLetGo() {
    List<ChunkId> chunks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      chunks.add(put("/f" + i, 1, 2, 3));
    }
    repair.begin();
    pass(2);
    log.apply(new RepairCommand.SetAdminState(new NodeId(3), AdminState.DECOMMISSIONING));
    pass(10);
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(3).doesNotContain(3);
      assertThat(stateOf(chunk, 3)).isEqualTo(State.DELETING);
    }
    log.apply(new MaintenanceCommand.ReplicasDeleted(new NodeId(3), chunks));
    pass(5);
    assertThat(adminState(3)).as("grants may name it yet").isEqualTo(AdminState.DECOMMISSIONING);
    pass(GRANT_MILLIS / SECOND);
    assertThat(adminState(3)).isEqualTo(AdminState.DECOMMISSIONED);
  }

  @Test
  void decommission_deadNode_isLetGoWithoutItsAnswer() {
    ChunkId chunk = put("/f", 1, 2, 3);
    repair.begin();
    kill(3);
    pass(DEAD_AFTER.toSeconds() + 5);
    log.apply(new RepairCommand.SetAdminState(new NodeId(3), AdminState.DECOMMISSIONING));
    pass(GRANT_MILLIS / SECOND + 20);
    assertThat(row(chunk).holders().uncounted()).isEmpty();
    assertThat(adminState(3)).isEqualTo(AdminState.DECOMMISSIONED);
  }

  @Test
  void end_term_stopsAllWork() {
    put("/f", 1, 2);
    repair.begin();
    beat();
    clock.advanceMillis(SECOND);
    repair.end();
    long before = log.submitted().size();
    nodes.work(repair);
    pass(5);
    assertThat(log.submitted()).hasSize((int) before);
    assertThat(clock.pendingTasks()).isZero();
  }

  @Test
  void newTerm_goesOnWhereTheLastOneStopped() {
    ChunkId chunk = put("/f", 1, 2);
    repair.begin();
    beat();
    clock.advanceMillis(SECOND);
    repair.end();
    repair.begin();
    pass(3);
    assertThat(counted(chunk)).hasSize(3);
  }
}
