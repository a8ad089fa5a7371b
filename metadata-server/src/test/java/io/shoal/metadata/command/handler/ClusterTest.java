package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.SigningKey;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.ClusterCommand.ConfigureCluster;
import io.shoal.metadata.command.ClusterCommand.InitCluster;
import io.shoal.metadata.command.ClusterCommand.RegisterNode;
import io.shoal.metadata.command.ClusterCommand.RotateSigningKey;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.Target;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Table;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cluster as a whole: identity, clock, ids, nodes, keys. */
class ClusterTest {
  private static final ClusterSettings SETTINGS = StateMachine.SETTINGS;

  @Test
  void init_makesTheRootOnce() {
    StateMachine machine = StateMachine.withCluster();

    FileStatus root = machine.namespace().stat(new Target.AtPath("/"), false).status();
    assertThat(root.inodeId()).isEqualTo(InodeTable.ROOT);
    assertThat(root.type()).isEqualTo(FileType.DIRECTORY);
    assertRefused(
        machine.apply(new InitCluster(new ClusterIdentity("other", 0, 0), SETTINGS)),
        ErrorCode.ALREADY_EXISTS);
    assertThat(machine.cluster().identity().clusterId()).isEqualTo("test-cluster");
  }

  @Test
  void beforeInit_commandsAreRefused() {
    StateMachine machine = StateMachine.empty();

    assertRefused(
        machine.apply(new SessionCommand.OpenSession(new ClientDescription("x", "", ""), 1)),
        ErrorCode.UNAVAILABLE);
    assertRefused(machine.apply(new AllocateIds(1)), ErrorCode.UNAVAILABLE);
    assertRefused(machine.apply(new ConfigureCluster(SETTINGS)), ErrorCode.UNAVAILABLE);
    assertThat(machine.cluster().identity()).isNull();
  }

  @Test
  void settings_areCheckedAndReplaced() {
    StateMachine machine = StateMachine.withCluster();
    ClusterSettings other = new ClusterSettings(1, 1, 1 << 16, 0, 1_000, 1_000);

    machine.done(new ConfigureCluster(other));

    assertThat(machine.cluster().settings()).isEqualTo(other);
    for (ClusterSettings bad :
        List.of(
            new ClusterSettings(0, 1, 1 << 16, 0, 1_000, 1_000),
            new ClusterSettings(1, 2, 1 << 16, 0, 1_000, 1_000),
            new ClusterSettings(1, 1, 0, 0, 1_000, 1_000),
            new ClusterSettings(1, 1, 70_000, 0, 1_000, 1_000),
            new ClusterSettings(1, 1, 1 << 16, -1, 1_000, 1_000),
            new ClusterSettings(1, 1, 1 << 16, 0, 0, 1_000),
            new ClusterSettings(1, 1, 1 << 16, 0, 1_000, 900_001))) {
      assertRefused(machine.apply(new ConfigureCluster(bad)), ErrorCode.INVALID_ARGUMENT);
    }
    assertThat(machine.cluster().settings()).isEqualTo(other);
  }

  @Test
  void logClock_neverGoesBack() {
    StateMachine machine = StateMachine.withCluster();
    long before = machine.cluster().nowMillis();

    machine.apply(CommandEnvelope.internal(before - 5_000, new MaintenanceCommand.Tick(1)));
    assertThat(machine.cluster().nowMillis()).isEqualTo(before);
    machine.apply(CommandEnvelope.internal(before + 5_000, new MaintenanceCommand.Tick(1)));
    assertThat(machine.cluster().nowMillis()).isEqualTo(before + 5_000);
  }

  @Test
  void ids_carrySpaceAndEpochAndNeverRepeat() {
    StateMachine machine = StateMachine.empty();
    machine.done(new InitCluster(new ClusterIdentity("c", 0xab, 0xcd), SETTINGS));

    assertThat(machine.done(new AllocateIds(10)))
        .isEqualTo(new Reply.IdsAllocated(new ChunkId(0xabcd_0000_0000_0001L), 10));
    assertThat(machine.done(new AllocateIds(5)))
        .isEqualTo(new Reply.IdsAllocated(new ChunkId(0xabcd_0000_0000_000bL), 5));
    assertRefused(machine.apply(new AllocateIds(0)), ErrorCode.INVALID_ARGUMENT);
    FileStatus made = Given.status(machine.client().call(Given.mkdirs("/d")));
    assertThat(made.inodeId().value()).isEqualTo(0xabcd_0000_0000_0002L);
  }

  @Test
  void node_keepsItsNumberWhenItReturns() {
    StateMachine machine = StateMachine.withCluster();
    NodeDescription moved =
        new NodeDescription(StateMachine.node(2).uuid(), "other-host", 9, "/r", "2.0", List.of());

    assertThat(machine.done(new RegisterNode(moved)))
        .isEqualTo(new Reply.NodeRegistered(new NodeId(2)));

    NodeRecord node = machine.cluster().node(moved.uuid());
    assertThat(node.description().host()).isEqualTo("other-host");
    assertThat(node.description().volumes()).isEqualTo(StateMachine.node(2).volumes());
    assertThat(machine.cluster().nodes()).hasSize(StateMachine.NODES);
  }

  @Test
  void fencedVolume_staysFenced() {
    StateMachine machine = StateMachine.withCluster();
    machine.done(new RegisterNode(withVolume(1, "EIO at fsync")));

    machine.done(new RegisterNode(withVolume(1, "")));
    machine.done(new RegisterNode(withVolume(2, "")));

    assertThat(machine.cluster().node(new NodeId(1)).description().volumes())
        .extracting(VolumeRecord::fenceReason)
        .containsExactly("EIO at fsync", "");
  }

  @Test
  void badNode_isRefused() {
    StateMachine machine = StateMachine.withCluster();
    NodeDescription good = StateMachine.node(9);

    for (NodeDescription bad :
        List.of(
            new NodeDescription(good.uuid(), "", 1, "", "", List.of()),
            new NodeDescription(good.uuid(), "h", 0, "", "", List.of()),
            new NodeDescription(good.uuid(), "h", 65_536, "", "", List.of()),
            new NodeDescription(
                good.uuid(),
                "h",
                1,
                "",
                "",
                List.of(new VolumeRecord(1, "a", 1, ""), new VolumeRecord(1, "b", 1, ""))))) {
      assertRefused(machine.apply(new RegisterNode(bad)), ErrorCode.INVALID_ARGUMENT);
    }
    assertThat(machine.cluster().nodes()).hasSize(StateMachine.NODES);
  }

  @Test
  void signingKeys_twoNewestAreValid() {
    StateMachine machine = StateMachine.withCluster();
    for (int i = 1; i <= 3; i++) {
      assertThat(machine.done(new RotateSigningKey(secret(i)))).isEqualTo(new Reply.KeyRotated(i));
    }

    assertThat(machine.cluster().signingKeys())
        .containsExactly(new SigningKey(2, secret(2)), new SigningKey(3, secret(3)));
    assertRefused(machine.apply(new RotateSigningKey(Bytes.EMPTY)), ErrorCode.INVALID_ARGUMENT);
    assertThat(secret(1).toString()).isEqualTo("32 bytes");
  }

  @Test
  void rowOfAnUnknownVersion_stopsTheProcess() {
    StateMachine machine = StateMachine.withCluster();
    StateMachine.Client client = machine.client();
    machine.change(
        writer -> writer.put(Table.INODES, Key.of(InodeTable.ROOT.value()), new byte[] {99, 0, 0}));

    assertThatThrownBy(() -> client.call(Given.mkdirs("/x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("version 99");
  }

  private static NodeDescription withVolume(int number, String fenceReason) {
    NodeDescription node = StateMachine.node(1);
    return new NodeDescription(
        node.uuid(),
        node.host(),
        node.port(),
        node.failureDomain(),
        node.version(),
        List.of(new VolumeRecord(number, "/d", 5, fenceReason)));
  }

  private static Bytes secret(int fill) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) fill);
    return Bytes.copyOf(secret);
  }
}
