package io.shoal.metadata.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.UncountedReplica.State;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.command.RepairCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that are away for a time that was announced. Rule P7. */
class AbsenceTest extends RepairHarness {
  private static final long LONG_MILLIS = 10 * DEAD_AFTER.toMillis();
  private static final NodeId THREE = new NodeId(3);

  private void startMaintenance(int number, long millis) {
    log.apply(new RepairCommand.StartMaintenance(new NodeId(number), millis));
  }

  private NodeAbsence absence(int number) {
    return repair.absences().get(new NodeId(number));
  }

  @Test
  void silentWithinItsTime_nothingIsCopied_andNothingAfterItsReturn() {
    List<ChunkId> chunks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      chunks.add(put("/f" + i, 1, 2, 3));
    }
    beat();
    repair.begin();
    startMaintenance(3, LONG_MILLIS);
    pass(2);
    assertThat(absence(3).ready()).isTrue();
    kill(3);
    pass(5 * DEAD_AFTER.toSeconds());
    comeBack(3);
    pass(5);
    log.apply(new RepairCommand.SetAdminState(THREE, AdminState.ACTIVE));
    pass(5);

    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
    assertThat(log.countOf(RepairCommand.AddReplica.class)).isZero();
    assertThat(log.countOf(RepairCommand.RemoveReplica.class)).isZero();
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).containsExactly(1, 2, 3);
    }
    assertThat(repair.absences()).isEmpty();
  }

  @Test
  void timeIsOver_nodeThatIsStillSilent_isDeadAsAnyOther() {
    ChunkId chunk = put("/f", 1, 2, 3);
    beat();
    repair.begin();
    startMaintenance(3, LONG_MILLIS);
    pass(2);
    kill(3);
    pass(LONG_MILLIS / SECOND - 4);
    assertThat(adminState(3)).isEqualTo(AdminState.MAINTENANCE);
    pass(10);

    assertThat(adminState(3)).isEqualTo(AdminState.ACTIVE);
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isEqualTo(1);
    assertThat(counted(chunk)).hasSize(3).doesNotContain(3);
    assertThat(stateOf(chunk, 3)).isEqualTo(State.LOST);
  }

  @Test
  void timeIsOver_nodeIsThere_takesPartAgain() {
    put("/f", 1, 2, 3);
    beat();
    repair.begin();
    startMaintenance(3, 20 * SECOND);
    pass(25);
    assertThat(adminState(3)).isEqualTo(AdminState.ACTIVE);
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
  }

  @Test
  void onlyReplica_isCopiedBefore_andWhatIsTooMuchGoesAfterwards() {
    setReplication(1);
    List<ChunkId> chunks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      chunks.add(put("/f" + i, 3));
    }
    ChunkId elsewhere = put("/g", 1);
    beat();
    repair.begin();
    startMaintenance(3, LONG_MILLIS);
    clock.advanceMillis(SECOND);
    assertThat(absence(3).ready()).as("nothing is copied yet").isFalse();
    assertThat(absence(3).unprotected()).isEqualTo(10);
    pass(10);

    assertThat(absence(3)).matches(NodeAbsence::ready).matches(now -> now.unprotected() == 0);
    for (ChunkId chunk : chunks) {
      assertThat(counted(chunk)).hasSize(2).contains(3);
    }
    assertThat(counted(elsewhere)).containsExactly(1);
    kill(3);
    pass(2 * DEAD_AFTER.toSeconds());
    assertThat(chunks).as("the copies stay").allSatisfy(c -> assertThat(counted(c)).hasSize(2));

    comeBack(3);
    log.apply(new RepairCommand.SetAdminState(THREE, AdminState.ACTIVE));
    pass(10);
    assertThat(chunks).allSatisfy(chunk -> assertThat(counted(chunk)).hasSize(1));
  }

  @Test
  void twoNodes_thatHaveTheSameChunks_areNotBothReadyWithoutACopyElsewhere() {
    setReplication(2);
    ChunkId chunk = put("/f", 2, 3);
    beat();
    repair.begin();
    startMaintenance(2, LONG_MILLIS);
    startMaintenance(3, LONG_MILLIS);
    clock.advanceMillis(SECOND);
    assertThat(absence(2).ready()).isFalse();
    assertThat(absence(3).ready()).isFalse();
    pass(5);
    assertThat(counted(chunk)).hasSize(3).contains(2, 3);
    assertThat(absence(2).ready()).isTrue();
    assertThat(absence(3).ready()).isTrue();
  }

  @Test
  void otherNodeIsSilent_itsReplicaDoesNotProtect() {
    setReplication(2);
    ChunkId chunk = put("/f", 2, 3);
    beat();
    repair.begin();
    kill(2);
    pass(5);
    startMaintenance(3, LONG_MILLIS);
    pass(5);
    assertThat(counted(chunk)).hasSize(3).contains(2, 3);
    assertThat(absence(3).ready()).isTrue();
  }

  @Test
  void nobodyTakesACopy_isToldAsFailing() {
    setReplication(1);
    put("/f", 3);
    for (int i : List.of(1, 2, 4, 5)) {
      full.add(new NodeId(i));
    }
    beat();
    repair.begin();
    startMaintenance(3, LONG_MILLIS);
    pass(5);
    NodeAbsence absence = absence(3);
    assertThat(absence.ready()).isFalse();
    assertThat(absence.unprotected()).isEqualTo(1);
    assertThat(absence.failing()).isEqualTo(1);
    full.remove(new NodeId(1));
    pass(90);
    assertThat(absence(3).ready()).isTrue();
  }

  /** It gets no new replicas, but what counts on it still does. */
  @Test
  void nodeInMaintenance_isNoTargetOfCopies() {
    for (int i = 0; i < 20; i++) {
      put("/f" + i, 1, 2);
    }
    beat();
    startMaintenance(4, LONG_MILLIS);
    repair.begin();
    pass(20);
    assertThat(new ChunkQueries(log.view()).underReplicated(null, 1)).isEmpty();
    assertThat(new ChunkQueries(log.view()).countedOn(new NodeId(4), null, 1)).isEmpty();
  }

  @Test
  void newTerm_knowsTheMaintenance_andLooksAnew() {
    setReplication(1);
    ChunkId chunk = put("/f", 3);
    beat();
    repair.begin();
    startMaintenance(3, LONG_MILLIS);
    repair.end();
    assertThat(repair.absences()).isEmpty();
    liveness.begin();
    beat();
    repair.begin();
    pass(5);
    assertThat(absence(3).ready()).isTrue();
    assertThat(counted(chunk)).hasSize(2);
    kill(3);
    pass(2 * DEAD_AFTER.toSeconds());
    assertThat(log.countOf(RepairCommand.DeclareDead.class)).isZero();
  }
}
