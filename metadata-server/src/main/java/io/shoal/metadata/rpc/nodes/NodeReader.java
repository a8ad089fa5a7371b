package io.shoal.metadata.rpc.nodes;

import com.google.protobuf.ByteString;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.NodeUpkeep;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.Heartbeat;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.ScrubProgress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads what storage nodes say of themselves, and checks it. */
final class NodeReader {
  private static final int UUID_BYTES = 16;
  private static final int VOLUME_LIMIT = 256;
  private static final int TEXT_LIMIT_BYTES = 1_024;
  private static final int DIRECTORY_LIMIT_BYTES = 4_096;

  private NodeReader() {}

  static NodeDescription description(RegisterNode register) {
    return new NodeDescription(
        uuid(register.getNodeUuid()),
        Checks.text("register.host", register.getHost(), 1, Checks.NAME_LIMIT_BYTES),
        Checks.unsigned("register.port", register.getPort(), 1, 65_535),
        Checks.text("register.failure_domain", register.getFailureDomain(), 0, TEXT_LIMIT_BYTES),
        Checks.text("register.version", register.getVersion(), 0, Checks.NAME_LIMIT_BYTES),
        records(volumes(register.getVolumesList())));
  }

  private static UUID uuid(ByteString bytes) {
    Checks.within("register.node_uuid bytes", bytes.size(), UUID_BYTES, UUID_BYTES);
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /** Returns the description of the same node with other volumes. */
  static NodeDescription withVolumes(NodeDescription node, List<VolumeReport> volumes) {
    return new NodeDescription(
        node.uuid(),
        node.host(),
        node.port(),
        node.failureDomain(),
        node.version(),
        records(volumes));
  }

  private static List<VolumeRecord> records(List<VolumeReport> volumes) {
    return volumes.stream()
        .map(
            volume ->
                new VolumeRecord(
                    volume.volume(),
                    volume.directory(),
                    volume.capacityBytes(),
                    fenceReason(volume)))
        .toList();
  }

  private static String fenceReason(VolumeReport volume) {
    if (volume.health() != VolumeHealth.FENCED) {
      return "";
    }
    return volume.fenceReason().isEmpty() ? "fenced without a reason" : volume.fenceReason();
  }

  static NodeReport report(RegisterNode register) {
    return new NodeReport(volumes(register.getVolumesList()), 0, 0, 0);
  }

  static NodeReport report(Heartbeat heartbeat) {
    return new NodeReport(
        volumes(heartbeat.getVolumesList()),
        Checks.unsigned(
            "heartbeat.write_streams", heartbeat.getWriteStreams(), 0, Integer.MAX_VALUE),
        Checks.unsigned("heartbeat.read_streams", heartbeat.getReadStreams(), 0, Integer.MAX_VALUE),
        Checks.unsigned("heartbeat.pending_write_bytes", heartbeat.getPendingWriteBytes()),
        upkeep(heartbeat.getUpkeep()));
  }

  private static NodeUpkeep upkeep(io.shoal.proto.v1.NodeUpkeep upkeep) {
    ScrubProgress scrub = upkeep.getScrub();
    return new NodeUpkeep(
        Checks.unsigned("upkeep.trash_chunks", upkeep.getTrashChunks()),
        Checks.unsigned("upkeep.trash_bytes", upkeep.getTrashBytes()),
        Checks.unsigned("upkeep.unknown_chunks", upkeep.getUnknownChunks()),
        upkeep.getBrakeOn(),
        upkeep.getBrakeSinceMillis(),
        new NodeUpkeep.Scrub(
            Checks.unsigned("scrub.pass_bytes", scrub.getPassBytes()),
            Checks.unsigned("scrub.pass_of_bytes", scrub.getPassOfBytes()),
            Checks.unsigned("scrub.pass_damaged", scrub.getPassDamaged()),
            scrub.getLastEndedAtMillis(),
            Checks.unsigned("scrub.last_damaged", scrub.getLastDamaged())));
  }

  private static List<VolumeReport> volumes(List<io.shoal.proto.v1.VolumeReport> volumes) {
    Checks.count("volumes", volumes.size(), 0, VOLUME_LIMIT);
    List<VolumeReport> read = new ArrayList<>(volumes.size());
    Set<Integer> seen = new HashSet<>();
    for (io.shoal.proto.v1.VolumeReport volume : volumes) {
      int id = Checks.unsigned("volume.volume_id", volume.getVolumeId(), 1, Integer.MAX_VALUE);
      if (!seen.add(id)) {
        throw Checks.invalid("volume.volume_id", id + " twice (expected: each volume once)");
      }
      read.add(
          new VolumeReport(
              id,
              Checks.text("volume.directory", volume.getDirectory(), 0, DIRECTORY_LIMIT_BYTES),
              Checks.unsigned("volume.capacity_bytes", volume.getCapacityBytes()),
              Checks.unsigned("volume.available_bytes", volume.getAvailableBytes()),
              Checks.unsigned("volume.used_bytes", volume.getUsedBytes()),
              Checks.unsigned("volume.chunk_count", volume.getChunkCount()),
              health(volume.getHealth()),
              Checks.text("volume.fence_reason", volume.getFenceReason(), 0, TEXT_LIMIT_BYTES)));
    }
    return read;
  }

  private static VolumeHealth health(io.shoal.proto.v1.VolumeHealth health) {
    return switch (health) {
      case VOLUME_HEALTH_HEALTHY -> VolumeHealth.HEALTHY;
      case VOLUME_HEALTH_FULL -> VolumeHealth.FULL;
      case VOLUME_HEALTH_FENCED -> VolumeHealth.FENCED;
      case VOLUME_HEALTH_OFFLINE -> VolumeHealth.OFFLINE;
      case VOLUME_HEALTH_UNSPECIFIED, UNRECOGNIZED ->
          throw Checks.invalid(
              "volume.health", health + " (expected: healthy, full, fenced or offline)");
    };
  }
}
