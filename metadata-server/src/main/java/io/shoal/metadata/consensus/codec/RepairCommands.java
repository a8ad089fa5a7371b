package io.shoal.metadata.consensus.codec;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.AddReplica;
import io.shoal.metadata.command.RepairCommand.DeclareDead;
import io.shoal.metadata.command.RepairCommand.EndMaintenance;
import io.shoal.metadata.command.RepairCommand.Finding;
import io.shoal.metadata.command.RepairCommand.RecordFindings;
import io.shoal.metadata.command.RepairCommand.RemoveReplica;
import io.shoal.metadata.command.RepairCommand.SetAdminState;
import io.shoal.metadata.command.RepairCommand.StartMaintenance;
import io.shoal.metadata.command.RepairCommand.UncountReplicas;
import io.shoal.metadata.command.RepairCommand.Verdict;
import io.shoal.proto.log.v1.AddReplicaCommand;
import io.shoal.proto.log.v1.DeclareDeadCommand;
import io.shoal.proto.log.v1.EndMaintenanceCommand;
import io.shoal.proto.log.v1.FindingValue;
import io.shoal.proto.log.v1.LoggedCommand;
import io.shoal.proto.log.v1.RecordFindingsCommand;
import io.shoal.proto.log.v1.RemoveReplicaCommand;
import io.shoal.proto.log.v1.SetAdminStateCommand;
import io.shoal.proto.log.v1.StartMaintenanceCommand;
import io.shoal.proto.log.v1.UncountReplicasCommand;

/** The commands about replicas. */
final class RepairCommands {
  private RepairCommands() {}

  static void encode(RepairCommand command, LoggedCommand.Builder logged) {
    if (command instanceof DeclareDead dead) {
      logged.setDeclareDead(DeclareDeadCommand.newBuilder().setNodeId(dead.nodeId().value()));
    } else if (command instanceof SetAdminState set) {
      logged.setSetAdminState(
          SetAdminStateCommand.newBuilder()
              .setNodeId(set.nodeId().value())
              .setAdminState(set.adminState().number()));
    } else if (command instanceof StartMaintenance start) {
      logged.setStartMaintenance(
          StartMaintenanceCommand.newBuilder()
              .setNodeId(start.nodeId().value())
              .setLengthMillis(start.lengthMillis()));
    } else if (command instanceof EndMaintenance end) {
      logged.setEndMaintenance(EndMaintenanceCommand.newBuilder().setNodeId(end.nodeId().value()));
    } else if (command instanceof UncountReplicas uncount) {
      logged.setUncountReplicas(
          UncountReplicasCommand.newBuilder()
              .setNodeId(uncount.nodeId().value())
              .setUnitLimit(uncount.unitLimit()));
    } else if (command instanceof RecordFindings record) {
      logged.setRecordFindings(encode(record));
    } else if (command instanceof AddReplica add) {
      logged.setAddReplica(
          AddReplicaCommand.newBuilder()
              .setChunkId(add.chunkId().value())
              .setReplica(Values.encode(add.replica()))
              .setLength(add.length())
              .setCrc32C(add.crc32c())
              .setExpiresAtMillis(add.expiresAtMillis()));
    } else if (command instanceof RemoveReplica remove) {
      logged.setRemoveReplica(
          RemoveReplicaCommand.newBuilder()
              .setChunkId(remove.chunkId().value())
              .setNodeId(remove.nodeId().value())
              .setChanges(remove.changes())
              .addAllVerifiedNodeIds(remove.verified().stream().map(NodeId::value).toList()));
    } else {
      throw new IllegalStateException("command without a form in the log: " + command.getClass());
    }
  }

  private static RecordFindingsCommand encode(RecordFindings record) {
    RecordFindingsCommand.Builder value =
        RecordFindingsCommand.newBuilder().setNodeId(record.nodeId().value());
    for (Finding finding : record.findings()) {
      value.addFindings(
          FindingValue.newBuilder()
              .setChunkId(finding.chunkId().value())
              .setChanges(finding.changes())
              .setVerdict(finding.verdict().number()));
    }
    return value.build();
  }

  static RepairCommand decode(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case DECLARE_DEAD -> new DeclareDead(new NodeId(logged.getDeclareDead().getNodeId()));
      case SET_ADMIN_STATE ->
          new SetAdminState(
              new NodeId(logged.getSetAdminState().getNodeId()),
              AdminState.ofNumber(logged.getSetAdminState().getAdminState()));
      case START_MAINTENANCE ->
          new StartMaintenance(
              new NodeId(logged.getStartMaintenance().getNodeId()),
              logged.getStartMaintenance().getLengthMillis());
      case END_MAINTENANCE ->
          new EndMaintenance(new NodeId(logged.getEndMaintenance().getNodeId()));
      case UNCOUNT_REPLICAS ->
          new UncountReplicas(
              new NodeId(logged.getUncountReplicas().getNodeId()),
              logged.getUncountReplicas().getUnitLimit());
      case RECORD_FINDINGS ->
          new RecordFindings(
              new NodeId(logged.getRecordFindings().getNodeId()),
              logged.getRecordFindings().getFindingsList().stream()
                  .map(RepairCommands::decode)
                  .toList());
      case ADD_REPLICA -> decode(logged.getAddReplica());
      case REMOVE_REPLICA -> decode(logged.getRemoveReplica());
      default ->
          throw new IllegalArgumentException(
              "command: " + logged.getCommandCase() + " (expected: one of another family)");
    };
  }

  private static Finding decode(FindingValue value) {
    return new Finding(
        new ChunkId(value.getChunkId()), value.getChanges(), Verdict.ofNumber(value.getVerdict()));
  }

  private static AddReplica decode(AddReplicaCommand value) {
    return new AddReplica(
        new ChunkId(value.getChunkId()),
        Values.decode(value.getReplica()),
        value.getLength(),
        value.getCrc32C(),
        value.getExpiresAtMillis());
  }

  private static RemoveReplica decode(RemoveReplicaCommand value) {
    return new RemoveReplica(
        new ChunkId(value.getChunkId()),
        new NodeId(value.getNodeId()),
        value.getChanges(),
        value.getVerifiedNodeIdsList().stream().map(NodeId::new).toList());
  }
}
