package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.ChunkVerdict;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeTable;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.Precondition;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a commit may do to chunks, and how they end. Rules G1, G2, C1, C2. */
class ChunkRulesTest {
  private static final NodeId NODE = new NodeId(1);

  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final long expiry = machine.now() + StateMachine.GRANT_LIFETIME_MILLIS;
  private final Given.Grants grants = Given.grants(client.sessionId(), expiry);
  private final ChunkId chunkId = machine.newChunkId();
  private FileStatus file;

  @BeforeEach
  void makeFile() {
    file = Given.status(client.call(Given.emptyFile("/f")));
  }

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void openChunk_growsCommitByCommitInOneExtent() {
    append(grants.commit(chunkId, 10, false), 0);
    append(grants.commit(chunkId, 30, false, 1, 2), 10);
    append(grants.commit(chunkId, 30, true, 1, 2, 3), 30);

    assertThat(file.length()).isEqualTo(30);
    assertThat(machine.namespace().extents(file.version(), 0, 10).extents())
        .containsExactly(new Extent(0, 30, chunkId, 0));
    ChunkRow row = row();
    assertThat(row.state()).isEqualTo(ChunkState.SEALED);
    assertThat(row.references()).isEqualTo(1);
    assertThat(row.replicas()).hasSize(3);
    assertThat(row.content().crc32c()).isEqualTo(31 * 30);
  }

  @Test
  void commitWithoutExtents_doesNotRaiseTheGeneration() {
    append(grants.commit(chunkId, 10, false), 0);
    long generation = file.generation();

    append(grants.commit(chunkId, 10, true), 10);

    assertThat(file.generation()).isEqualTo(generation);
  }

  @Test
  void commit_underAnExpiredGrant_isRefused() {
    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS);
    client.call(new SessionCommand.RenewSession());
    append(grants.commit(chunkId, 10, false), 0);

    machine.pass(1);

    refused(grants.commit(chunkId, 20, false), 10, ErrorCode.GRANT_EXPIRED);
    refused(grants.commit(machine.newChunkId(), 20, false), 0, ErrorCode.GRANT_EXPIRED);
  }

  @Test
  void commit_underAGrantOfAnotherSession_isRefused() {
    Given.Grants others = Given.grants(machine.client().sessionId(), expiry);

    refused(others.commit(chunkId, 10, false), 0, ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_underAnotherGrantForTheSameChunk_isRefused() {
    append(grants.commit(chunkId, 10, false), 0);

    Given.Grants later = Given.grants(client.sessionId(), expiry + 1);
    refused(later.commit(chunkId, 20, false), 10, ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_beyondTheGrantsLength_isRefused() {
    refused(grants.commit(chunkId, Given.CHUNK_LIMIT_BYTES + 1, true), 0, ErrorCode.GRANT_INVALID);
    append(grants.commit(chunkId, Given.CHUNK_LIMIT_BYTES, true), 0);
  }

  @Test
  void commit_checksTheReplicas() {
    refused(grants.commit(chunkId, 10, true, 1), 0, ErrorCode.NOT_ENOUGH_NODES);
    refused(grants.commit(chunkId, 10, true, 1, 1, 2), 0, ErrorCode.INVALID_ARGUMENT);
    refused(grants.commit(chunkId, 10, true, 1, 4), 0, ErrorCode.GRANT_INVALID);
    decommission(NODE);
    refused(grants.commit(chunkId, 10, true, 1, 2), 0, ErrorCode.NOT_ENOUGH_NODES);
    append(grants.commit(chunkId, 10, true, 2, 3), 0);
    assertThat(machine.cluster().replicaCount(NODE)).isZero();
    assertThat(machine.cluster().replicaCount(new NodeId(2))).isEqualTo(1);
  }

  @Test
  void commit_mayNotShortenOrAlterAChunk() {
    append(grants.commit(chunkId, 10, false), 0);

    refused(grants.commit(chunkId, 9, false), 9, ErrorCode.INVALID_ARGUMENT);
    ChunkCommit same = grants.commit(chunkId, 10, false);
    ChunkCommit altered = new ChunkCommit(same.grant(), 10, 1, same.replicas(), false);
    refused(altered, 10, ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void commit_toASealedChunk_isRefused() {
    append(grants.commit(chunkId, 10, true), 0);

    refused(grants.commit(chunkId, 20, false), 10, ErrorCode.FENCED);
  }

  @Test
  void commit_toAChunkOfAnotherFile_isRefused() {
    append(grants.commit(chunkId, 10, false), 0);

    assertRefused(
        client.call(Given.file("/g", Precondition.ABSENT, grants.commit(chunkId, 20, true))),
        ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_ofAChunkThatNoExtentNames_isRefused() {
    Commit commit =
        new Commit(
            new CommitFile.Existing(file.version()),
            List.of(grants.commit(chunkId, 10, true)),
            List.of(),
            null,
            Attributes.NONE);

    assertRefused(client.call(commit), ErrorCode.INVALID_ARGUMENT);
    assertThat(machine.cluster().count(Counter.CHUNKS)).isZero();
  }

  @Test
  void commit_withBadExtents_isRefusedWhole() {
    refusedExtents(new Extent(1, 10, chunkId, 0));
    refusedExtents(new Extent(0, 11, chunkId, 0));
    refusedExtents(new Extent(0, 10, chunkId, 1));
    refusedExtents(new Extent(0, 0, chunkId, 0));
    refusedExtents(new Extent(0, 1, chunkId, -1));
    refusedExtents(new Extent(0, 10, new ChunkId(99), 0));
    refusedExtents(new Extent(0, 4, chunkId, 0), new Extent(5, 5, chunkId, 5));
    assertThat(machine.cluster().count(Counter.CHUNKS)).isZero();
  }

  @Test
  void openChunksOfAFile_areLimited() {
    for (int i = 0; i < ChunkRules.OPEN_CHUNK_LIMIT; i++) {
      append(grants.commit(machine.newChunkId(), 1, false), 0);
    }
    refused(grants.commit(machine.newChunkId(), 1, false), 0, ErrorCode.LIMIT_EXCEEDED);
    append(grants.commit(machine.newChunkId(), 1, true), 0);
  }

  @Test
  void sealExpired_sealsAtTheCommittedLengthOnceTheClockHasPassed() {
    append(grants.commit(chunkId, 10, false), 0);
    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS);
    client.call(new SessionCommand.RenewSession());
    assertThat(machine.chunks().sealDue()).isFalse();
    machine.done(new MaintenanceCommand.SealExpired(10));
    assertThat(row().state()).isEqualTo(ChunkState.OPEN);

    machine.pass(1);
    assertThat(machine.done(new MaintenanceCommand.SealExpired(10)))
        .isEqualTo(new Reply.Progress(1, false));

    assertThat(row().state()).isEqualTo(ChunkState.SEALED);
    assertThat(row().content().length()).isEqualTo(10);
  }

  @Test
  void deletedFile_becomesGarbageThenTombstoneThenNothing() {
    append(grants.commit(chunkId, 10, false), 0);
    client.call(new Delete("/f", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();

    assertThat(row().state()).isEqualTo(ChunkState.GARBAGE);
    assertThat(machine.deletable(NODE)).containsExactly(chunkId);
    assertThat(machine.chunks().locate(List.of(chunkId))).isEmpty();
    refusedInNewFile(ErrorCode.FENCED);

    machine.collectGarbage();
    assertThat(row().state()).isEqualTo(ChunkState.TOMBSTONE);
    // Rule G2: its grant could still bring a commit.
    refusedInNewFile(ErrorCode.FENCED);

    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS);
    machine.maintain();
    assertThat(machine.chunks().find(chunkId)).isNull();
  }

  @Test
  void replicasDeleted_ofALiveChunk_changesNothing() {
    append(grants.commit(chunkId, 10, true), 0);

    assertThat(machine.done(new MaintenanceCommand.ReplicasDeleted(NODE, List.of(chunkId))))
        .isEqualTo(new Reply.Progress(0, false));
    assertThat(row().replicas()).hasSize(3);
  }

  @Test
  void verdict_ofAnUncommittedChunk_waitsForTheAppliedClock() {
    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.WAIT);
    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS + 1);
    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.WAIT);
    machine.done(new MaintenanceCommand.Tick(1));
    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.DELETE);
  }

  @Test
  void verdict_ofACommittedChunk_dependsOnTheReplicaSet() {
    append(grants.commit(chunkId, 10, false, 1, 2), 0);
    NodeId dropped = new NodeId(3);
    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.KEEP);
    assertThat(verdict(dropped)).isEqualTo(ChunkVerdict.WAIT);

    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS + 1);
    client.call(new SessionCommand.RenewSession());
    assertThat(verdict(dropped)).isEqualTo(ChunkVerdict.WAIT);
    machine.done(new MaintenanceCommand.SealExpired(1));

    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.KEEP);
    assertThat(verdict(dropped)).isEqualTo(ChunkVerdict.DELETE);
  }

  /** Rule G5: what is known to be garbage is nothing that the leader does not know. */
  @Test
  void verdict_ofGarbage_waitsForTheOrder() {
    append(grants.commit(chunkId, 10, true, 1, 2), 0);
    client.call(new Delete("/f", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();

    assertThat(row().state()).isEqualTo(ChunkState.GARBAGE);
    assertThat(verdict(NODE)).isEqualTo(ChunkVerdict.WAIT);
    assertThat(verdict(new NodeId(3))).isEqualTo(ChunkVerdict.DELETE);
  }

  private ChunkVerdict verdict(NodeId nodeId) {
    return machine.chunks().verdict(chunkId, nodeId, expiry);
  }

  private ChunkRow row() {
    ChunkRow row = machine.chunks().find(chunkId);
    assertThat(row).isNotNull();
    return row;
  }

  private void append(ChunkCommit chunk, int chunkOffset) {
    file = Given.status(client.call(Given.append(file, chunk, chunkOffset)));
  }

  private void refused(ChunkCommit chunk, int chunkOffset, ErrorCode code) {
    assertRefused(client.call(Given.append(file, chunk, chunkOffset)), code);
  }

  private void refusedInNewFile(ErrorCode code) {
    assertRefused(
        client.call(Given.file("/g", Precondition.ABSENT, grants.commit(chunkId, 20, true))), code);
  }

  private void refusedExtents(Extent... extents) {
    Commit commit =
        new Commit(
            new CommitFile.Existing(file.version()),
            List.of(grants.commit(chunkId, 10, true)),
            List.of(extents),
            null,
            Attributes.NONE);
    assertRefused(client.call(commit), ErrorCode.INVALID_ARGUMENT);
  }

  private void decommission(NodeId nodeId) {
    NodeRecord node = machine.cluster().node(nodeId);
    machine.change(writer -> NodeTable.put(writer, node.in(NodeRecord.AdminState.DECOMMISSIONED)));
  }
}
