package io.shoal.storage.heartbeat;

import com.google.protobuf.ByteString;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.ChunkCopied;
import io.shoal.proto.v1.ChunkFinding;
import io.shoal.proto.v1.ChunkQuestion;
import io.shoal.proto.v1.ChunksChecked;
import io.shoal.proto.v1.ChunksDeleted;
import io.shoal.proto.v1.ChunksSuspected;
import io.shoal.proto.v1.Heartbeat;
import io.shoal.proto.v1.NodeReloaded;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.NodeUpkeep;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.ReloadNodeReply;
import io.shoal.proto.v1.ScrubProgress;
import io.shoal.proto.v1.VolumeHealth;
import io.shoal.proto.v1.VolumeReport;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.trash.UnknownChunks;
import io.shoal.storage.volume.ChunkStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the node tells the leader, as messages. */
final class NodeReports {
  private NodeReports() {}

  static NodeReport register(
      NodeProfile profile,
      String clusterId,
      @Nullable ChunkStore store,
      ClusterSecret secret,
      ByteString nonce) {
    byte[] uuid = bytesOf(profile.nodeUuid());
    byte[] proof =
        secret.proof(nonce.toByteArray(), uuid, profile.address().host(), profile.address().port());
    RegisterNode.Builder register =
        RegisterNode.newBuilder()
            .setNodeUuid(ByteString.copyFrom(uuid))
            .setClusterId(clusterId)
            .setHost(profile.address().host())
            .setPort(profile.address().port())
            .setFailureDomain(profile.failureDomain())
            .setVersion(profile.version())
            .setProof(ByteString.copyFrom(proof));
    if (store != null) {
      store.reports().forEach(volume -> register.addVolumes(volumeReport(volume)));
    }
    return NodeReport.newBuilder().setRegister(register).build();
  }

  static NodeReport heartbeat(
      ChunkStore store,
      NodeDuties.StreamLoad streams,
      UnknownChunks.Status unknown,
      NodeDuties.ScrubLoad scrub) {
    Heartbeat.Builder heartbeat =
        Heartbeat.newBuilder()
            .setWriteStreams(streams.writeStreams())
            .setReadStreams(streams.readStreams())
            .setPendingWriteBytes(store.load().pendingWriteBytes());
    NodeUpkeep.Builder upkeep =
        NodeUpkeep.newBuilder()
            .setUnknownChunks(unknown.unknownChunks())
            .setBrakeOn(unknown.brake().on())
            .setBrakeSinceMillis(unknown.brake().on() ? unknown.brake().sinceMillis() : 0)
            .setScrub(
                ScrubProgress.newBuilder()
                    .setPassBytes(scrub.passBytes())
                    .setPassOfBytes(scrub.passOfBytes())
                    .setPassDamaged(scrub.passDamaged())
                    .setLastEndedAtMillis(scrub.endedAtMillis())
                    .setLastDamaged(scrub.endedDamaged()));
    for (io.shoal.storage.volume.VolumeReport volume : store.reports()) {
      heartbeat.addVolumes(volumeReport(volume));
      upkeep
          .setTrashChunks(upkeep.getTrashChunks() + volume.trashChunks())
          .setTrashBytes(upkeep.getTrashBytes() + volume.trashBytes());
    }
    return NodeReport.newBuilder().setHeartbeat(heartbeat.setUpkeep(upkeep)).build();
  }

  static NodeReport deleted(List<ChunkId> chunks) {
    ChunksDeleted.Builder deleted = ChunksDeleted.newBuilder();
    chunks.forEach(chunk -> deleted.addChunkIds(chunk.value()));
    return NodeReport.newBuilder().setChunksDeleted(deleted).build();
  }

  static NodeReport question(List<ExpiredChunk> chunks) {
    ChunkQuestion.Builder question = ChunkQuestion.newBuilder();
    for (ExpiredChunk expired : chunks) {
      question.addChunkIds(expired.chunk().value());
      question.addGrantExpiresAtMillis(expired.expiresAtMillis());
    }
    return NodeReport.newBuilder().setQuestion(question).build();
  }

  static NodeReport checked(long orderId, List<ChunkFinding> findings) {
    return NodeReport.newBuilder()
        .setChecked(ChunksChecked.newBuilder().setOrderId(orderId).addAllFindings(findings))
        .build();
  }

  static NodeReport copied(long orderId, VolumeId volume) {
    return NodeReport.newBuilder()
        .setCopied(ChunkCopied.newBuilder().setOrderId(orderId).setVolumeId(volume.value()))
        .build();
  }

  static NodeReport notCopied(long orderId, ShoalException failure) {
    return NodeReport.newBuilder()
        .setCopied(
            ChunkCopied.newBuilder().setOrderId(orderId).setFailure(RpcErrors.toProto(failure)))
        .build();
  }

  static NodeReport reloaded(NodeDuties.@Nullable Reloaded reloaded, @Nullable Throwable failure) {
    NodeReloaded.Builder report = NodeReloaded.newBuilder();
    if (reloaded == null) {
      ShoalException reason =
          failure == null
              ? new ShoalException(ErrorCode.INTERNAL, "", "neither reloaded nor refused")
              : ShoalException.of(failure);
      report.setFailure(RpcErrors.toProto(reason));
    } else {
      ReloadNodeReply.Builder reply =
          ReloadNodeReply.newBuilder().setNeedsRestart(reloaded.needsRestart());
      reloaded.volumes().added().forEach(path -> reply.addAddedDirectories(path.toString()));
      reloaded.volumes().removed().forEach(path -> reply.addRemovedDirectories(path.toString()));
      report.setReply(reply);
    }
    return NodeReport.newBuilder().setReloaded(report).build();
  }

  static NodeReport suspected(List<ChunkId> chunks) {
    ChunksSuspected.Builder suspected = ChunksSuspected.newBuilder();
    chunks.forEach(chunk -> suspected.addChunkIds(chunk.value()));
    return NodeReport.newBuilder().setSuspected(suspected).build();
  }

  private static VolumeReport volumeReport(io.shoal.storage.volume.VolumeReport volume) {
    return VolumeReport.newBuilder()
        .setVolumeId(volume.volume().value())
        .setDirectory(volume.directory())
        .setCapacityBytes(volume.capacityBytes())
        .setAvailableBytes(volume.availableBytes())
        .setUsedBytes(volume.usedBytes())
        .setChunkCount(volume.chunkCount())
        .setHealth(health(volume.health()))
        .setFenceReason(volume.fenceReason())
        .build();
  }

  private static VolumeHealth health(io.shoal.storage.volume.VolumeHealth health) {
    return switch (health) {
      case HEALTHY -> VolumeHealth.VOLUME_HEALTH_HEALTHY;
      case FULL -> VolumeHealth.VOLUME_HEALTH_FULL;
      case FENCED -> VolumeHealth.VOLUME_HEALTH_FENCED;
      case OFFLINE -> VolumeHealth.VOLUME_HEALTH_OFFLINE;
    };
  }

  private static byte[] bytesOf(UUID uuid) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }
}
