package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.cluster.NodeTable;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.AddReplica;
import io.shoal.metadata.command.RepairCommand.DeclareDead;
import io.shoal.metadata.command.RepairCommand.EndMaintenance;
import io.shoal.metadata.command.RepairCommand.RemoveReplica;
import io.shoal.metadata.command.RepairCommand.SetAdminState;
import io.shoal.metadata.command.RepairCommand.StartMaintenance;
import io.shoal.metadata.command.RepairCommand.UncountReplicas;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Precondition;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that may be away for some time. Rule P7. */
class NodeMaintenanceTest {
  private static final int LENGTH = 10;
  private static final int CRC = 31 * LENGTH;
  private static final long HOUR = 3_600_000;
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);
  private static final NodeId FOUR = new NodeId(4);

  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final ChunkId chunkId = machine.newChunkId();

  @BeforeEach
  void putFile() {
    Given.Grants grants =
        Given.grants(client.sessionId(), machine.now() + StateMachine.GRANT_LIFETIME_MILLIS);
    client.call(Given.file("/f", Precondition.ABSENT, grants.commit(chunkId, LENGTH, true)));
  }

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  private NodeRecord node(NodeId nodeId) {
    return machine.cluster().node(nodeId);
  }

  private ChunkRow row() {
    return machine.chunks().find(chunkId);
  }

  private List<NodeId> counted() {
    return row().replicas().stream().map(Replica::nodeId).toList();
  }

  @Test
  void start_replicasCountGoOn_andTheNodeIsNotDeclaredDead() {
    machine.done(new StartMaintenance(THREE, HOUR));

    assertThat(node(THREE).adminState()).isEqualTo(AdminState.MAINTENANCE);
    assertThat(node(THREE).maintenanceEndMillis()).isEqualTo(machine.now() + HOUR);
    assertRefused(machine.apply(new DeclareDead(THREE)), ErrorCode.FENCED);
    assertThat(machine.done(new UncountReplicas(THREE, 100)))
        .isEqualTo(new Reply.Progress(0, false));
    assertThat(node(THREE).dead()).isFalse();
    assertThat(counted()).containsExactly(ONE, TWO, THREE);
    assertThat(machine.chunks().underReplicated(null, 1)).isEmpty();
  }

  @Test
  void nodeRegistersAgain_maintenanceLastsUntilItsEnd() {
    machine.done(new StartMaintenance(THREE, HOUR));
    NodeRecord before = node(THREE);
    machine.pass(HOUR / 2);
    machine.done(new ClusterCommand.RegisterNode(StateMachine.node(3)));
    assertThat(node(THREE)).isEqualTo(before);
  }

  @Test
  void givenAgain_timeCountsAnew() {
    machine.done(new StartMaintenance(THREE, HOUR));
    machine.pass(HOUR / 2);
    machine.done(new StartMaintenance(THREE, HOUR));
    assertThat(node(THREE).maintenanceEndMillis()).isEqualTo(machine.now() + HOUR);
  }

  /** The leader's word comes behind the operator's that it lasts for longer. */
  @Test
  void end_isRefusedBeforeTheLogClockIsBeyondIt() {
    machine.done(new StartMaintenance(THREE, HOUR));
    machine.pass(HOUR);
    assertRefused(machine.apply(new EndMaintenance(THREE)), ErrorCode.FENCED);
    machine.pass(1);
    machine.done(new EndMaintenance(THREE));
    assertThat(node(THREE)).isEqualTo(NodeRecord.active(THREE, node(THREE).description()));
    machine.done(new EndMaintenance(THREE));
    machine.done(new DeclareDead(THREE));
  }

  @Test
  void operatorEndsIt_atAnyTime() {
    machine.done(new StartMaintenance(THREE, HOUR));
    machine.done(new SetAdminState(THREE, AdminState.ACTIVE));
    assertThat(node(THREE).inMaintenance()).isFalse();
    machine.done(new StartMaintenance(THREE, HOUR));
    machine.done(new SetAdminState(THREE, AdminState.DECOMMISSIONING));
    assertThat(node(THREE).maintenanceEndMillis()).isZero();
    machine.done(new EndMaintenance(THREE));
    assertThat(node(THREE).adminState()).isEqualTo(AdminState.DECOMMISSIONING);
  }

  @Test
  void start_nodeThatIsDeadOrLeaves_isRefused() {
    machine.done(new DeclareDead(THREE));
    assertRefused(machine.apply(new StartMaintenance(THREE, HOUR)), ErrorCode.FENCED);
    machine.done(new SetAdminState(FOUR, AdminState.DECOMMISSIONING));
    assertRefused(machine.apply(new StartMaintenance(FOUR, HOUR)), ErrorCode.FENCED);
    machine.done(new SetAdminState(FOUR, AdminState.DECOMMISSIONED));
    assertRefused(machine.apply(new StartMaintenance(FOUR, HOUR)), ErrorCode.FENCED);
  }

  @Test
  void nonsense_isRefused() {
    NodeId unknown = new NodeId(77);
    assertRefused(machine.apply(new StartMaintenance(unknown, HOUR)), ErrorCode.NOT_FOUND);
    assertRefused(machine.apply(new EndMaintenance(unknown)), ErrorCode.NOT_FOUND);
    for (long length :
        List.of(0L, -1L, 999L, RepairCommand.LONGEST_MAINTENANCE_MILLIS + 1, Long.MAX_VALUE)) {
      assertRefused(machine.apply(new StartMaintenance(THREE, length)), ErrorCode.INVALID_ARGUMENT);
    }
    assertRefused(
        machine.apply(new SetAdminState(THREE, AdminState.MAINTENANCE)),
        ErrorCode.INVALID_ARGUMENT);
    assertThat(node(THREE).adminState()).isEqualTo(AdminState.ACTIVE);
  }

  @Test
  void decommissioned_nodeIsInMaintenance_isRefused() {
    machine.done(new StartMaintenance(FOUR, HOUR));
    assertRefused(
        machine.apply(new SetAdminState(FOUR, AdminState.DECOMMISSIONED)), ErrorCode.FENCED);
  }

  @Test
  void surplus_whatMayBeAway_isNoneThatStays() {
    machine.done(new AddReplica(chunkId, new Replica(FOUR, 1), LENGTH, CRC, machine.now() + 1_000));
    machine.done(new StartMaintenance(ONE, HOUR));
    assertRefused(remove(FOUR, ONE, TWO, THREE), ErrorCode.NOT_ENOUGH_NODES);
    machine.done(new SetAdminState(ONE, AdminState.ACTIVE));
    assertThat(remove(FOUR, ONE, TWO, THREE)).isEqualTo(Reply.DONE);
  }

  private Reply remove(NodeId nodeId, NodeId... verified) {
    return machine.apply(
        new RemoveReplica(chunkId, nodeId, row().holders().changes(), List.of(verified)));
  }

  /** Rows that earlier versions wrote, and those that they can't read, are told apart. */
  @Test
  void record_hasTheLayoutThatItNeeds() {
    NodeRecord alive = node(ONE);
    for (NodeRecord record :
        List.of(
            alive,
            alive.declaredDead(),
            alive.inMaintenanceUntil(5),
            alive.declaredDead().inMaintenanceUntil(5))) {
      machine.change(writer -> NodeTable.put(writer, record));
      assertThat(node(ONE)).isEqualTo(record);
    }
    machine.change(writer -> NodeTable.put(writer, alive));
  }
}
