package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkLocation;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkVerdict;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica.State;
import io.shoal.metadata.chunk.UnderReplicated;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.AddReplica;
import io.shoal.metadata.command.RepairCommand.DeclareDead;
import io.shoal.metadata.command.RepairCommand.Finding;
import io.shoal.metadata.command.RepairCommand.RecordFindings;
import io.shoal.metadata.command.RepairCommand.RemoveReplica;
import io.shoal.metadata.command.RepairCommand.SetAdminState;
import io.shoal.metadata.command.RepairCommand.UncountReplicas;
import io.shoal.metadata.command.RepairCommand.Verdict;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Precondition;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which replicas count, and how they come and go. Rules P1 to P6. */
class ReplicaTest {
  private static final int LENGTH = 10;
  private static final int CRC = 31 * LENGTH;
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);
  private static final NodeId FOUR = new NodeId(4);

  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final long expiry = machine.now() + StateMachine.GRANT_LIFETIME_MILLIS;
  private final Given.Grants grants = Given.grants(client.sessionId(), expiry);
  private final ChunkId chunkId = machine.newChunkId();

  @BeforeEach
  void putFile() {
    client.call(Given.file("/f", Precondition.ABSENT, grants.commit(chunkId, LENGTH, true)));
  }

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  private ChunkRow row() {
    return machine.chunks().find(chunkId);
  }

  private long changes() {
    return row().holders().changes();
  }

  private State stateOf(NodeId nodeId) {
    var other = row().holders().uncounted(nodeId);
    return other == null ? null : other.state();
  }

  private List<NodeId> counted() {
    return row().replicas().stream().map(Replica::nodeId).toList();
  }

  private List<UnderReplicated> under() {
    return machine.chunks().underReplicated(null, 10);
  }

  private void die(NodeId nodeId) {
    machine.done(new DeclareDead(nodeId));
    machine.done(new UncountReplicas(nodeId, 100));
  }

  private void registerAgain(NodeId nodeId) {
    machine.done(new ClusterCommand.RegisterNode(StateMachine.node(nodeId.value())));
  }

  private Reply find(NodeId nodeId, Verdict verdict) {
    return machine.apply(
        new RecordFindings(nodeId, List.of(new Finding(chunkId, changes(), verdict))));
  }

  private Reply add(NodeId nodeId) {
    return machine.apply(add(nodeId, LENGTH, CRC, machine.now() + 1_000));
  }

  private AddReplica add(NodeId nodeId, int length, int crc32c, long expiresAtMillis) {
    return new AddReplica(chunkId, new Replica(nodeId, 1), length, crc32c, expiresAtMillis);
  }

  private Reply remove(NodeId nodeId, NodeId... verified) {
    return machine.apply(new RemoveReplica(chunkId, nodeId, changes(), Arrays.asList(verified)));
  }

  // ------------------------------------------------------------------------------------------
  // dead nodes

  @Test
  void deadNode_itsReplicasCountNoMore_andStayOnRecord() {
    die(THREE);

    assertThat(machine.cluster().node(THREE).dead()).isTrue();
    assertThat(counted()).containsExactly(ONE, TWO);
    assertThat(stateOf(THREE)).isEqualTo(State.LOST);
    assertThat(under()).containsExactly(new UnderReplicated(2, chunkId));
    assertThat(location().replicas()).extracting(Replica::nodeId).containsExactly(ONE, TWO);
    assertThat(location().counted()).isEqualTo(2);
  }

  private ChunkLocation location() {
    return machine.chunks().locate(List.of(chunkId)).get(0);
  }

  @Test
  void uncount_nodeThatLives_takesNothing() {
    assertThat(machine.done(new UncountReplicas(THREE, 100)))
        .isEqualTo(new Reply.Progress(0, false));
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
  }

  @Test
  void uncount_manyReplicas_goesInBoundedSteps() {
    for (int i = 0; i < 5; i++) {
      client.call(
          Given.file(
              "/g" + i, Precondition.ABSENT, grants.commit(machine.newChunkId(), LENGTH, true)));
    }
    machine.done(new DeclareDead(ONE));
    int steps = 0;
    Reply.Progress progress;
    do {
      progress = (Reply.Progress) machine.done(new UncountReplicas(ONE, 2));
      steps++;
    } while (progress.more());
    assertThat(steps).isEqualTo(4);
    assertThat(under()).hasSize(6);
  }

  @Test
  void allNodesDead_readersAreStillTold() {
    die(ONE);
    die(TWO);
    die(THREE);

    assertThat(under()).containsExactly(new UnderReplicated(0, chunkId));
    assertThat(location().replicas()).hasSize(3);
    assertThat(location().counted()).isZero();
  }

  @Test
  void under_fewestReplicasComeFirst() {
    ChunkId other = machine.newChunkId();
    client.call(Given.file("/g", Precondition.ABSENT, grants.commit(other, LENGTH, true, 1, 2)));
    die(THREE);
    assertThat(under())
        .containsExactly(new UnderReplicated(2, chunkId), new UnderReplicated(2, other));
    die(TWO);
    machine.done(new AddReplica(chunkId, new Replica(FOUR, 1), LENGTH, CRC, machine.now() + 1_000));
    assertThat(under())
        .containsExactly(new UnderReplicated(1, other), new UnderReplicated(2, chunkId));
    assertThat(machine.chunks().underReplicated(under().get(0), 10))
        .containsExactly(new UnderReplicated(2, chunkId));
  }

  @Test
  void nodeComesBack_replicaCountsOnlyWhenItWasFound() {
    die(THREE);
    registerAgain(THREE);
    assertThat(machine.cluster().node(THREE).dead()).isFalse();
    assertThat(stateOf(THREE)).isEqualTo(State.LOST);

    find(THREE, Verdict.INTACT);

    assertThat(counted()).containsExactly(ONE, TWO, THREE);
    assertThat(under()).isEmpty();
  }

  @Test
  void nodeStillDead_whatItFindsDoesNotCount() {
    die(THREE);
    find(THREE, Verdict.INTACT);
    assertThat(stateOf(THREE)).isEqualTo(State.LOST);
  }

  // ------------------------------------------------------------------------------------------
  // findings

  /** Rule P5: what was asked about another composition decides nothing. */
  @Test
  void finding_holdersChangedSince_isIgnored() {
    long before = changes();
    die(THREE);
    machine.done(new RecordFindings(ONE, List.of(new Finding(chunkId, before, Verdict.MISSING))));
    assertThat(counted()).containsExactly(ONE, TWO);
  }

  @Test
  void finding_missing_isTakenFromTheRecord_butNotTheLastOne() {
    find(ONE, Verdict.MISSING);
    find(TWO, Verdict.MISSING);
    assertThat(row().holders().has(ONE)).isFalse();
    assertThat(counted()).containsExactly(THREE);

    find(THREE, Verdict.MISSING);

    assertThat(stateOf(THREE)).isEqualTo(State.LOST);
  }

  @Test
  void finding_damaged_staysForSalvage_andIsNoneThatComesBack() {
    find(ONE, Verdict.DAMAGED);
    assertThat(stateOf(ONE)).isEqualTo(State.DAMAGED);
    assertThat(under()).hasSize(1);

    find(ONE, Verdict.INTACT);
    assertThat(stateOf(ONE)).isEqualTo(State.DAMAGED);
  }

  @Test
  void finding_unreachable_isLostUntilFound() {
    find(ONE, Verdict.UNREACHABLE);
    assertThat(stateOf(ONE)).isEqualTo(State.LOST);
    find(ONE, Verdict.INTACT);
    assertThat(counted()).containsExactlyInAnyOrder(ONE, TWO, THREE);
  }

  @Test
  void fencedVolume_itsReplicasCountNoMore() {
    fence(TWO);

    machine.done(new UncountReplicas(TWO, 100));

    assertThat(stateOf(TWO)).isEqualTo(State.LOST);
    find(TWO, Verdict.INTACT);
    assertThat(stateOf(TWO)).isEqualTo(State.LOST);
    assertRefused(add(TWO), ErrorCode.NOT_ENOUGH_NODES);
  }

  private void fence(NodeId nodeId) {
    NodeDescription node = StateMachine.node(nodeId.value());
    machine.done(
        new ClusterCommand.RegisterNode(
            new NodeDescription(
                node.uuid(),
                node.host(),
                node.port(),
                node.failureDomain(),
                node.version(),
                List.of(new VolumeRecord(1, "/data", 1L << 40, "fsync failed")))));
  }

  // ------------------------------------------------------------------------------------------
  // new replicas: rule P3

  @Test
  void add_copyOfALostReplica_bringsTheChunkBackToItsPolicy() {
    die(THREE);
    add(FOUR);
    assertThat(counted()).containsExactly(ONE, TWO, FOUR);
    assertThat(under()).isEmpty();
    assertThat(machine.cluster().replicaCount(FOUR)).isEqualTo(1);
    assertThat(machine.chunks().surplus(null, 10)).containsExactly(chunkId);
  }

  @Test
  void add_twice_isOneReplica() {
    die(THREE);
    add(FOUR);
    add(FOUR);
    assertThat(counted()).containsExactly(ONE, TWO, FOUR);
  }

  @Test
  void add_damagedReplicaMadeAnew_countsAgain() {
    find(ONE, Verdict.DAMAGED);
    add(ONE);
    assertThat(counted()).containsExactlyInAnyOrder(ONE, TWO, THREE);
    assertThat(stateOf(ONE)).isNull();
  }

  @Test
  void add_isRefusedUnlessAllHolds() {
    long later = machine.now() + 1_000;
    assertRefused(machine.apply(add(FOUR, LENGTH + 1, CRC, later)), ErrorCode.INVALID_ARGUMENT);
    assertRefused(machine.apply(add(FOUR, LENGTH, CRC + 1, later)), ErrorCode.INVALID_ARGUMENT);
    assertRefused(
        machine.apply(add(FOUR, LENGTH, CRC, machine.now() - 1)), ErrorCode.GRANT_EXPIRED);
    assertRefused(machine.apply(add(new NodeId(99), LENGTH, CRC, later)), ErrorCode.NOT_FOUND);
    machine.done(new DeclareDead(FOUR));
    assertRefused(add(FOUR), ErrorCode.NOT_ENOUGH_NODES);
    registerAgain(FOUR);
    machine.done(new SetAdminState(FOUR, AdminState.DECOMMISSIONING));
    assertRefused(add(FOUR), ErrorCode.NOT_ENOUGH_NODES);
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
  }

  @Test
  void add_openChunk_isRefused() {
    ChunkId open = machine.newChunkId();
    var file = Given.status(client.call(Given.emptyFile("/open")));
    client.call(Given.append(file, grants.commit(open, LENGTH, false, 1, 2), 0));
    assertRefused(
        machine.apply(
            new AddReplica(open, new Replica(FOUR, 1), LENGTH, CRC, machine.now() + 1_000)),
        ErrorCode.FENCED);
  }

  @Test
  void add_chunkThatWasDeletedMeanwhile_isRefused() {
    client.call(new NamespaceCommand.Delete("/f", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();
    assertRefused(add(FOUR), ErrorCode.FENCED);
  }

  // ------------------------------------------------------------------------------------------
  // surplus: rules P2 and P4

  @Test
  void remove_allOthersWereReadWhole_isMarkedAndErasedByTheAnswer() {
    die(THREE);
    add(FOUR);
    registerAgain(THREE);
    find(THREE, Verdict.INTACT);
    assertThat(counted()).hasSize(4);

    remove(THREE, ONE, TWO, FOUR);

    assertThat(stateOf(THREE)).isEqualTo(State.DELETING);
    assertThat(machine.deletable(THREE)).containsExactly(chunkId);
    assertThat(machine.chunks().surplus(null, 10)).isEmpty();
    machine.done(new MaintenanceCommand.ReplicasDeleted(THREE, List.of(chunkId)));
    assertThat(row().holders().has(THREE)).isFalse();
    assertThat(machine.deletable(THREE)).isEmpty();
  }

  @Test
  void remove_notEnoughOthersWereRead_isRefused() {
    die(THREE);
    add(FOUR);
    assertRefused(remove(THREE, ONE, TWO), ErrorCode.NOT_ENOUGH_NODES);
    assertRefused(remove(FOUR, ONE, TWO, THREE), ErrorCode.NOT_ENOUGH_NODES);
    assertRefused(remove(THREE, ONE, TWO, TWO), ErrorCode.NOT_ENOUGH_NODES);
    assertThat(stateOf(THREE)).isEqualTo(State.LOST);
  }

  /** A fence is on record at once, and its replicas leave the count a little later. */
  @Test
  void remove_oneThatWasReadLiesOnAFencedVolume_isRefused() {
    die(THREE);
    add(FOUR);
    registerAgain(THREE);
    find(THREE, Verdict.INTACT);
    fence(TWO);
    assertRefused(remove(THREE, ONE, TWO, FOUR), ErrorCode.NOT_ENOUGH_NODES);
  }

  /** Its volume deletes nothing any more: an order would never be answered. */
  @Test
  void remove_replicaOnAFencedVolume_isGivenUpAtOnce() {
    fence(TWO);
    machine.done(new UncountReplicas(TWO, 100));
    add(FOUR);
    remove(TWO, ONE, THREE, FOUR);
    assertThat(row().holders().has(TWO)).isFalse();
    assertThat(machine.deletable(TWO)).isEmpty();
  }

  @Test
  void remove_holdersChangedSinceTheyWereRead_isRefused() {
    die(THREE);
    long before = changes();
    add(FOUR);
    assertRefused(
        machine.apply(new RemoveReplica(chunkId, THREE, before, List.of(ONE, TWO, FOUR))),
        ErrorCode.FENCED);
  }

  /** Rule P2: between the mark and the answer nothing makes the replica count again. */
  @Test
  void deleting_nothingMakesItCountBeforeTheAnswer() {
    die(THREE);
    add(FOUR);
    registerAgain(THREE);
    remove(THREE, ONE, TWO, FOUR);
    die(FOUR);

    find(THREE, Verdict.INTACT);
    assertThat(stateOf(THREE)).isEqualTo(State.DELETING);
    assertRefused(add(THREE), ErrorCode.FENCED);
    assertThat(machine.chunks().verdict(chunkId, THREE, 0)).isEqualTo(ChunkVerdict.WAIT);
    assertThat(under()).hasSize(1);

    machine.done(new MaintenanceCommand.ReplicasDeleted(THREE, List.of(chunkId)));
    add(THREE);
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
  }

  @Test
  void answerToNoOrder_takesNothing() {
    machine.done(new MaintenanceCommand.ReplicasDeleted(THREE, List.of(chunkId)));
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
    die(THREE);
    machine.done(new MaintenanceCommand.ReplicasDeleted(THREE, List.of(chunkId)));
    assertThat(stateOf(THREE)).isEqualTo(State.LOST);
  }

  @Test
  void deletedFile_allReplicasAreGarbage_uncountedOnesToo() {
    die(THREE);
    find(ONE, Verdict.DAMAGED);
    add(FOUR);
    client.call(new NamespaceCommand.Delete("/f", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();
    for (NodeId nodeId : List.of(ONE, TWO, THREE, FOUR)) {
      assertThat(machine.deletable(nodeId)).containsExactly(chunkId);
    }
    machine.collectGarbage();
    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS);
    machine.maintain();
    assertThat(row()).isNull();
  }

  @Test
  void verdict_uncountedReplica_isKept() {
    die(THREE);
    assertThat(machine.chunks().verdict(chunkId, THREE, 0)).isEqualTo(ChunkVerdict.KEEP);
    assertThat(machine.chunks().verdict(chunkId, FOUR, 0)).isEqualTo(ChunkVerdict.DELETE);
  }

  // ------------------------------------------------------------------------------------------
  // leaving: rule P6

  @Test
  void decommission_replicasStayReadableUntilTheyAreElsewhere() {
    machine.done(new SetAdminState(THREE, AdminState.DECOMMISSIONING));
    machine.done(new UncountReplicas(THREE, 100));
    assertThat(stateOf(THREE)).isEqualTo(State.LEAVING);
    assertThat(location().replicas()).extracting(Replica::nodeId).containsExactly(ONE, TWO, THREE);
    assertThat(location().counted()).isEqualTo(2);
    assertRefused(
        machine.apply(new SetAdminState(THREE, AdminState.DECOMMISSIONED)), ErrorCode.NOT_EMPTY);

    add(FOUR);
    remove(THREE, ONE, TWO, FOUR);
    assertRefused(
        machine.apply(new SetAdminState(THREE, AdminState.DECOMMISSIONED)), ErrorCode.NOT_EMPTY);
    machine.done(new MaintenanceCommand.ReplicasDeleted(THREE, List.of(chunkId)));

    machine.done(new SetAdminState(THREE, AdminState.DECOMMISSIONED));
    assertThat(machine.cluster().node(THREE).adminState()).isEqualTo(AdminState.DECOMMISSIONED);
  }

  @Test
  void decommission_takenBack_replicaCountsWhenItIsFound() {
    machine.done(new SetAdminState(THREE, AdminState.DECOMMISSIONING));
    machine.done(new UncountReplicas(THREE, 100));
    machine.done(new SetAdminState(THREE, AdminState.ACTIVE));
    find(THREE, Verdict.INTACT);
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
  }

  /** The leader's word that a node is empty comes behind the operator's that it stays. */
  @Test
  void decommissioned_nodeWasTakenBackMeanwhile_isRefused() {
    assertRefused(
        machine.apply(new SetAdminState(FOUR, AdminState.DECOMMISSIONED)), ErrorCode.FENCED);
  }

  @Test
  void commit_toAnOpenChunk_countsWhatItNames() {
    ChunkId open = machine.newChunkId();
    var file = Given.status(client.call(Given.emptyFile("/open")));
    file = Given.status(client.call(Given.append(file, grants.commit(open, 5, false), 0)));
    die(THREE);
    assertThat(machine.chunks().find(open).replicas()).hasSize(2);
    registerAgain(THREE);
    client.call(Given.append(file, grants.commit(open, LENGTH, true), 5));
    assertThat(machine.chunks().find(open).replicas()).hasSize(3);
    assertThat(machine.chunks().find(open).holders().uncounted()).isEmpty();
  }

  @Test
  void unknownNode_isRefused() {
    NodeId unknown = new NodeId(77);
    for (RepairCommand command :
        List.of(
            new DeclareDead(unknown),
            new UncountReplicas(unknown, 1),
            new SetAdminState(unknown, AdminState.ACTIVE),
            new RecordFindings(unknown, List.of()))) {
      assertRefused(machine.apply(command), ErrorCode.NOT_FOUND);
    }
  }

  @Test
  void nodeRecord_ofTheFirstLayout_isOneThatLives() {
    NodeRecord node = machine.cluster().node(ONE);
    assertThat(node.dead()).isFalse();
    machine.done(new DeclareDead(ONE));
    assertThat(machine.cluster().node(ONE))
        .isEqualTo(new NodeRecord(ONE, node.description(), AdminState.ACTIVE, true, 0));
  }
}
