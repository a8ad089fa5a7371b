package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.shoal.client.AttributeChange;
import io.shoal.client.FileLayout.ExtentLocation;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.FileType;
import io.shoal.client.NodeStatus;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.ChunkLocation;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.NodeUpkeep;
import io.shoal.proto.v1.Replica;
import io.shoal.proto.v1.ScrubProgress;
import io.shoal.proto.v1.VolumeHealth;
import io.shoal.proto.v1.VolumeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProtoMappingTest {
  @Test
  void statusOf_everyField_mapped() {
    FilePolicy policy = new FilePolicy(3, 2, 1 << 20);
    FileStatus status =
        ProtoMapping.statusOf(
            "/a",
            io.shoal.proto.v1.FileStatus.newBuilder()
                .setInodeId(7)
                .setType(io.shoal.proto.v1.FileType.FILE_TYPE_FILE)
                .setLength(1L << 40)
                .setGeneration(9)
                .setMode(0644)
                .setOwner("o")
                .setGroup("g")
                .setCreatedAtMillis(1_000)
                .setModifiedAtMillis(2_000)
                .setPolicy(ProtoMapping.toProto(policy))
                .putXattrs("k", ByteString.copyFromUtf8("v"))
                .build());
    assertThat(status)
        .usingRecursiveComparison()
        .isEqualTo(
            new FileStatus(
                "/a",
                7,
                FileType.FILE,
                1L << 40,
                9,
                0644,
                "o",
                "g",
                Instant.ofEpochSecond(1),
                Instant.ofEpochSecond(2),
                policy,
                Map.of("k", new byte[] {'v'})));
  }

  @Test
  void statusOf_typeOfALaterVersion_unsupported() {
    io.shoal.proto.v1.FileStatus message =
        io.shoal.proto.v1.FileStatus.newBuilder().setTypeValue(99).build();
    assertThatThrownBy(() -> ProtoMapping.statusOf("/a", message))
        .hasMessageContaining("neither a file nor a directory");
  }

  @Test
  void toProto_changeOfNothing_setsNothing() {
    assertThat(ProtoMapping.toProto(AttributeChange.NONE))
        .isEqualTo(Attributes.getDefaultInstance());
  }

  @Test
  void toProto_changeOfAll_setsAll() {
    Attributes attributes =
        ProtoMapping.toProto(
            AttributeChange.NONE
                .withMode(0)
                .withOwner("o", "g")
                .withModifiedAt(Instant.EPOCH)
                .withXattrs(Map.of("k", new byte[1])));
    assertThat(attributes.hasMode()).isTrue();
    assertThat(attributes.getOwner()).isEqualTo("o");
    assertThat(attributes.getGroup()).isEqualTo("g");
    assertThat(attributes.hasModifiedAtMillis()).isTrue();
    assertThat(attributes.getSetXattrsMap()).containsOnlyKeys("k");
  }

  @Test
  void extentsOf_page_rowsWithTheAddressesOfTheirReplicas() {
    ExtentsReply page =
        ExtentsReply.newBuilder()
            .addExtents(Extent.newBuilder().setFileOffset(5).setLength(6).setChunkId(7))
            .addChunks(
                ChunkLocation.newBuilder()
                    .setChunkId(7)
                    .setSealed(true)
                    .setCounted(1)
                    .setReplication(3)
                    .addReplicas(Replica.newBuilder().setNodeId(1).setVolumeId(2))
                    .addReplicas(Replica.newBuilder().setNodeId(3).setVolumeId(4)))
            .addNodes(NodeAddress.newBuilder().setNodeId(1).setHost("::1").setPort(7_501))
            .build();
    List<ExtentLocation> rows = ProtoMapping.extentsOf(page);
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).sealed()).isTrue();
    assertThat(rows.get(0).copies()).isEqualTo(1);
    assertThat(rows.get(0).wantedCopies()).isEqualTo(3);
    assertThat(rows.get(0).replicas())
        .extracting(
            replica -> replica.nodeId() + "/" + replica.volumeId() + "@" + replica.address())
        .containsExactly("1/2@[::1]:7501", "3/4@");
  }

  @Test
  void nodeOf_neverHeardOf_hasNoSilence() {
    NodeDescription.Builder message =
        NodeDescription.newBuilder()
            .setAddress(
                NodeAddress.newBuilder()
                    .setNodeId(1)
                    .setHost("h")
                    .setPort(1)
                    .setLiveness(NodeLiveness.NODE_LIVENESS_DEAD))
            .setSilentMillis(-1)
            .addVolumes(
                VolumeReport.newBuilder()
                    .setVolumeId(2)
                    .setHealth(VolumeHealth.VOLUME_HEALTH_FENCED)
                    .setFenceReason("EIO"));
    NodeStatus node = ProtoMapping.nodeOf(message.build());
    assertThat(node.silentFor()).isEmpty();
    assertThat(node.liveness()).isEqualTo(NodeStatus.Liveness.DEAD);
    assertThat(node.volumes().get(0).health()).isEqualTo("fenced");
    assertThat(ProtoMapping.nodeOf(message.setSilentMillis(1_500).build()).silentFor())
        .contains(Duration.ofMillis(1_500));
  }

  @Test
  void nodeOf_upkeep_isTakenOver_andNothingIfThereIsNone() {
    NodeUpkeep.Builder message =
        NodeUpkeep.newBuilder()
            .setTrashChunks(1)
            .setTrashBytes(2)
            .setUnknownChunks(3)
            .setBrakeOn(true)
            .setBrakeSinceMillis(4)
            .setScrub(
                ScrubProgress.newBuilder()
                    .setPassBytes(5)
                    .setPassOfBytes(20)
                    .setPassDamaged(6)
                    .setLastEndedAtMillis(7)
                    .setLastDamaged(8));
    NodeDescription.Builder node =
        NodeDescription.newBuilder()
            .setAddress(NodeAddress.newBuilder().setNodeId(1).setHost("h").setPort(1));
    NodeStatus.Upkeep none = ProtoMapping.nodeOf(node.build()).upkeep();
    NodeStatus.Upkeep upkeep = ProtoMapping.nodeOf(node.setUpkeep(message).build()).upkeep();
    assertThat(upkeep)
        .isEqualTo(
            new NodeStatus.Upkeep(
                1,
                2,
                3,
                true,
                4,
                new NodeStatus.Scrub(5, 20, 6, Optional.of(Instant.ofEpochMilli(7)), 8)));
    assertThat(upkeep.scrub().share()).isEqualTo(0.25);
    assertThat(none.brakeOn()).isFalse();
    assertThat(none.scrub().lastEnded()).isEmpty();
    assertThat(none.scrub().share()).isEqualTo(1);
  }
}
