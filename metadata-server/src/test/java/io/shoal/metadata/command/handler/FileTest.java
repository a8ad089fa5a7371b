package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand.Abandon;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.NamespaceCommand.Fence;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.ExtentPage;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files: created, published, replaced, fenced, thrown away. Rules C3, C4. */
class FileTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final Given.Grants grants =
      Given.grants(client.sessionId(), machine.now() + StateMachine.GRANT_LIFETIME_MILLIS);

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void policy_keepsTheAcknowledgementLevel_ofItsFileOnly() {
    FilePolicy policy = new FilePolicy(3, 2, 1 << 20, AckLevel.MEMORY);
    FileStatus made =
        Given.status(
            client.call(new CreateFile("/f", Precondition.ABSENT, Attributes.NONE, policy, false)));
    client.call(Given.publishing(made.version(), "/f", Precondition.ABSENT));
    client.call(Given.emptyFile("/g"));

    assertThat(stat("/f").policy()).isEqualTo(policy);
    assertThat(stat("/g").policy().ackLevel()).isEqualTo(AckLevel.FSYNC);
  }

  @Test
  void put_inOneCommit_isVisibleWhole() {
    ChunkId chunkId = machine.newChunkId();

    FileStatus made =
        Given.status(
            client.call(Given.file("/f", Precondition.ABSENT, grants.commit(chunkId, 100, true))));

    assertThat(stat("/f")).isEqualTo(made);
    assertThat(made.length()).isEqualTo(100);
    assertThat(made.policy()).isEqualTo(new FilePolicy(3, 2, 1 << 20));
    assertThat(made.times().modifiedAtMillis()).isEqualTo(machine.now());
    ExtentPage page = machine.namespace().extents(made.version(), 0, 10);
    assertThat(page.complete()).isTrue();
    assertThat(page.chunks()).hasSize(1);
    assertThat(page.chunks().get(0).sealed()).isTrue();
    assertThat(page.chunks().get(0).replicas()).hasSize(3);
  }

  @Test
  void createdFile_isInvisibleUntilPublished() {
    FileStatus pending = Given.status(client.call(Given.create("/f", Precondition.ABSENT)));
    ChunkId chunkId = machine.newChunkId();
    FileStatus grown =
        Given.status(client.call(Given.append(pending, grants.commit(chunkId, 100, true), 0)));

    assertThat(machine.namespace().list(new Target.AtPath("/"), "", 10, false).items()).isEmpty();

    client.call(Given.publishing(grown.version(), "/f", Precondition.ABSENT));
    assertThat(stat("/f")).isEqualTo(grown);
    assertThat(grown.generation()).isEqualTo(pending.generation() + 1);
  }

  @Test
  void create_checksPathPreconditionAndPolicy() {
    client.call(Given.emptyFile("/f"));
    client.call(Given.mkdirs("/d"));
    Precondition stale = new Precondition.Exactly(Given.version(99, 1));

    assertRefused(client.call(Given.create("/f", Precondition.ABSENT)), ErrorCode.ALREADY_EXISTS);
    assertRefused(client.call(Given.create("/d", Precondition.ANYTHING)), ErrorCode.IS_A_DIRECTORY);
    assertRefused(client.call(Given.create("/", Precondition.ANYTHING)), ErrorCode.IS_A_DIRECTORY);
    assertRefused(client.call(Given.create("/x/f", Precondition.ABSENT)), ErrorCode.NOT_FOUND);
    assertRefused(client.call(Given.create("/f", stale)), ErrorCode.STALE_GENERATION);
    assertRefused(client.call(Given.create("/g", stale)), ErrorCode.STALE_GENERATION);
    assertRefused(
        client.call(
            new CreateFile(
                "/g", Precondition.ABSENT, Attributes.NONE, new FilePolicy(2, 3, 0), false)),
        ErrorCode.INVALID_ARGUMENT);
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(3);
  }

  @Test
  void publish_checksThePreconditionAgain() {
    FileStatus mine = Given.status(client.call(Given.create("/f", Precondition.ABSENT)));
    machine.client().call(Given.emptyFile("/f"));

    assertRefused(
        client.call(Given.publishing(mine.version(), "/f", Precondition.ABSENT)),
        ErrorCode.ALREADY_EXISTS);
    assertThat(
            Given.status(
                client.call(Given.publishing(mine.version(), "/f", Precondition.ANYTHING))))
        .isEqualTo(mine);
  }

  @Test
  void publish_ofExactlyAVersion_isRefusedOnceItMoved() {
    FileStatus first = Given.status(client.call(Given.emptyFile("/f")));
    client.call(new Fence(new Target.AtPath("/f")));
    FileStatus mine = Given.status(client.call(Given.create("/f", Precondition.ANYTHING)));
    Precondition exactly = new Precondition.Exactly(first.version());

    assertRefused(
        client.call(Given.publishing(mine.version(), "/f", exactly)), ErrorCode.STALE_GENERATION);
    Precondition fenced = new Precondition.Exactly(stat("/f").version());
    client.call(Given.publishing(mine.version(), "/f", fenced));
    assertThat(stat("/f").inodeId()).isEqualTo(mine.inodeId());
  }

  @Test
  void publish_withParents_makesThem() {
    Commit put =
        new Commit(
            new CommitFile.Created(Given.create("/a/b/f", Precondition.ABSENT)),
            List.of(),
            List.of(),
            new Publish("/a/b/f", Precondition.ABSENT, true),
            Attributes.NONE);

    client.call(put);

    assertThat(stat("/a/b/f").length()).isZero();
  }

  @Test
  void publish_ofAVisibleFile_isRefused() {
    FileStatus file = Given.status(client.call(Given.emptyFile("/f")));

    assertRefused(
        client.call(Given.publishing(file.version(), "/g", Precondition.ABSENT)),
        ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void replacedFile_staysReadableForItsGraceOnly() {
    FileStatus old =
        Given.status(
            client.call(
                Given.file(
                    "/f", Precondition.ABSENT, grants.commit(machine.newChunkId(), 5, true))));
    client.call(
        Given.file("/f", Precondition.ANYTHING, grants.commit(machine.newChunkId(), 7, true)));

    assertThat(stat("/f").inodeId()).isNotEqualTo(old.inodeId());
    machine.pass(StateMachine.GRACE_MILLIS);
    machine.maintain();
    assertThat(machine.namespace().extents(old.version(), 0, 10).extents()).hasSize(1);
    machine.pass(1);
    machine.done(new MaintenanceCommand.Tick(1));
    // Not reclaimed yet, but it may be from now on.
    QueryAssert.fails(
        ErrorCode.GENERATION_GONE, () -> machine.namespace().extents(old.version(), 0, 10));
    machine.maintain();
    QueryAssert.fails(
        ErrorCode.GENERATION_GONE, () -> machine.namespace().extents(old.version(), 0, 10));
    QueryAssert.fails(ErrorCode.NOT_FOUND, () -> statInode(old));
  }

  @Test
  void commit_toARemovedFile_isRefused() {
    FileStatus file = Given.status(client.call(Given.emptyFile("/f")));
    client.call(new Delete("/f", false));

    assertRefused(
        client.call(Given.append(file, grants.commit(machine.newChunkId(), 5, true), 0)),
        ErrorCode.NOT_FOUND);
  }

  @Test
  void commit_inAStaleGeneration_isRefused() {
    FileStatus file = Given.status(client.call(Given.emptyFile("/f")));
    client.call(Given.append(file, grants.commit(machine.newChunkId(), 5, true), 0));

    assertRefused(
        client.call(Given.append(file, grants.commit(machine.newChunkId(), 5, true), 0)),
        ErrorCode.STALE_GENERATION);
  }

  @Test
  void pendingFile_ofAnotherSession_isOutOfReach() {
    FileStatus mine = Given.status(client.call(Given.create("/f", Precondition.ABSENT)));
    StateMachine.Client other = machine.client();

    assertRefused(
        other.call(Given.publishing(mine.version(), "/f", Precondition.ABSENT)),
        ErrorCode.NOT_FOUND);
    assertThat(other.call(new Abandon(mine.inodeId()))).isEqualTo(Reply.DONE);
    client.call(Given.publishing(mine.version(), "/f", Precondition.ABSENT));
  }

  @Test
  void abandon_dropsAPendingFileAndItsChunks() {
    FileStatus mine = Given.status(client.call(Given.create("/f", Precondition.ABSENT)));
    client.call(Given.append(mine, grants.commit(machine.newChunkId(), 5, false), 0));

    client.call(new Abandon(mine.inodeId()));
    client.call(new Abandon(mine.inodeId()));
    machine.maintain();
    machine.collectGarbage();

    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(1);
    machine.pass(StateMachine.GRANT_LIFETIME_MILLIS + 1);
    machine.maintain();
    assertThat(machine.cluster().count(Counter.CHUNKS)).isZero();
  }

  @Test
  void fence_raisesTheGenerationAndSeals() {
    FileStatus file = Given.status(client.call(Given.emptyFile("/f")));
    ChunkId chunkId = machine.newChunkId();
    FileStatus grown =
        Given.status(client.call(Given.append(file, grants.commit(chunkId, 5, false), 0)));

    FileStatus fenced = Given.status(client.call(new Fence(new Target.OfInode(file.inodeId()))));

    assertThat(fenced.generation()).isEqualTo(grown.generation() + 1);
    assertThat(fenced.length()).isEqualTo(5);
    assertRefused(
        client.call(Given.append(grown, grants.commit(chunkId, 9, false), 5)),
        ErrorCode.STALE_GENERATION);
    assertRefused(
        client.call(Given.append(fenced, grants.commit(chunkId, 9, false), 5)), ErrorCode.FENCED);
  }

  @Test
  void commit_keepsTheTimeThatWasGiven() {
    ChunkId chunkId = machine.newChunkId();
    Commit put = Given.file("/f", Precondition.ABSENT, grants.commit(chunkId, 5, true));
    CreateFile create =
        new CreateFile("/f", Precondition.ABSENT, Given.modifiedAt(77), FilePolicy.DEFAULT, false);
    Commit dated =
        new Commit(
            new CommitFile.Created(create),
            put.chunks(),
            put.extents(),
            put.publish(),
            Attributes.NONE);

    FileStatus status = Given.status(client.call(dated));

    assertThat(status.times().modifiedAtMillis()).isEqualTo(77);
    assertThat(status.times().createdAtMillis()).isEqualTo(machine.now());
    InodeVersion version = status.version();
    Commit touched =
        new Commit(
            new CommitFile.Existing(version), List.of(), List.of(), null, Given.modifiedAt(88));
    FileStatus after = Given.status(client.call(touched));
    assertThat(after.times().modifiedAtMillis()).isEqualTo(88);
    assertThat(after.generation()).isEqualTo(status.generation());
  }

  private FileStatus stat(String path) {
    return machine.namespace().stat(new Target.AtPath(path), false).status();
  }

  private FileStatus statInode(FileStatus file) {
    return machine.namespace().stat(new Target.OfInode(file.inodeId()), false).status();
  }
}
