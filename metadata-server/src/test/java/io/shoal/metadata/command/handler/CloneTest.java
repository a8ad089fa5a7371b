package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.NamespaceCommand.Clone;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies of maps. */
class CloneTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final Given.Grants grants = Given.grants(client.sessionId(), machine.now() + 900_000);
  private final List<ChunkId> chunkIds = new ArrayList<>();
  private FileStatus source;
  private FileStatus destination;

  @BeforeEach
  void makeFiles() {
    source = Given.status(client.call(Given.emptyFile("/source")));
    for (int i = 0; i < 3; i++) {
      ChunkId chunkId = machine.newChunkId();
      chunkIds.add(chunkId);
      source = Given.status(client.call(Given.append(source, grants.commit(chunkId, 10, true), 0)));
    }
    destination = Given.status(client.call(Given.emptyFile("/destination")));
  }

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void clone_pageByPage_copiesTheMap() {
    Reply.Cloned first = cloned(0, 2);
    assertThat(first.nextFileOffset()).isEqualTo(20);
    Reply.Cloned second = cloned(20, 2);
    assertThat(second.nextFileOffset()).isEqualTo(30);
    Reply.Cloned third = cloned(30, 2);

    assertThat(third).isEqualTo(new Reply.Cloned(destination, 30));
    assertThat(destination.length()).isEqualTo(30);
    assertThat(extents(destination)).isEqualTo(extents(source));
    assertThat(machine.chunks().find(chunkIds.get(0)).references()).isEqualTo(2);
  }

  @Test
  void chunks_outliveTheirFirstFile() {
    cloned(0, 10);
    client.call(new Delete("/source", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();
    assertThat(machine.chunks().find(chunkIds.get(0)).state()).isEqualTo(ChunkState.SEALED);

    machine.client().call(new Delete("/destination", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();
    assertThat(machine.chunks().find(chunkIds.get(0)).state()).isEqualTo(ChunkState.GARBAGE);
  }

  @Test
  void clone_thatCannotBe_isRefused() {
    assertRefused(client.call(command(5, 10)), ErrorCode.INVALID_ARGUMENT);
    assertRefused(client.call(command(31, 10)), ErrorCode.INVALID_ARGUMENT);
    assertRefused(client.call(command(0, 0)), ErrorCode.INVALID_ARGUMENT);
    assertRefused(
        client.call(new Clone(source.version(), 0, 1, source.version())),
        ErrorCode.INVALID_ARGUMENT);
    assertRefused(
        client.call(new Clone(source.version(), 0, 1, Given.version(999, 1))), ErrorCode.NOT_FOUND);
    cloned(0, 1);
    Clone stale =
        new Clone(source.version(), 10, 1, Given.version(destination.inodeId().value(), 1));
    assertRefused(client.call(stale), ErrorCode.STALE_GENERATION);
  }

  @Test
  void chunks_areKeptAsTheMostDemandingFileAsks() {
    NamespaceCommand.CreateFile careful =
        new NamespaceCommand.CreateFile(
            "/careful", Precondition.ABSENT, Attributes.NONE, new FilePolicy(4, 2, 0), false);
    destination = Given.status(client.call(careful));

    cloned(0, 1);

    ChunkRow chunk = machine.chunks().find(chunkIds.get(0));
    assertThat(chunk.redundancy().replication()).isEqualTo(4);
  }

  // Rule R2.
  @Test
  void clone_ofAlteredBytes_isRefused() {
    machine.change(
        writer -> {
          InodeRow row = InodeTable.require(writer, source.inodeId());
          InodeRow altered = new InodeRow(row.status(), row.life(), row.status().generation());
          InodeTable.replace(writer, row, altered);
        });

    assertThat(cloned(0, 1).nextFileOffset()).isEqualTo(10);
    InodeVersion earlier = new InodeVersion(source.inodeId(), source.generation() - 1);
    assertRefused(
        client.call(new Clone(earlier, 0, 1, destination.version())), ErrorCode.GENERATION_GONE);
    QueryAssert.fails(ErrorCode.GENERATION_GONE, () -> machine.namespace().extents(earlier, 0, 1));
    assertThat(machine.namespace().extents(source.version(), 0, 1).extents()).hasSize(1);
  }

  @Test
  void stat_withCopies_tellsTheFewest() {
    ChunkId chunkId = machine.newChunkId();
    source =
        Given.status(client.call(Given.append(source, grants.commit(chunkId, 10, true, 1, 2), 0)));

    var stat = machine.namespace().stat(new Target.AtPath("/source"), true);

    assertThat(stat.copies().fewest()).isEqualTo(2);
    assertThat(stat.copies().extentCount()).isEqualTo(4);
  }

  private Clone command(long offset, int limit) {
    return new Clone(source.version(), offset, limit, destination.version());
  }

  private Reply.Cloned cloned(long offset, int limit) {
    Reply reply = client.call(command(offset, limit));
    assertThat(reply).isInstanceOf(Reply.Cloned.class);
    destination = ((Reply.Cloned) reply).status();
    return (Reply.Cloned) reply;
  }

  private List<Extent> extents(FileStatus file) {
    return machine.namespace().extents(file.version(), 0, 100).extents();
  }
}
