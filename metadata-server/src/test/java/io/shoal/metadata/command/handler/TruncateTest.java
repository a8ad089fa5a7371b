package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.command.NamespaceCommand.Truncate;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files become shorter. */
class TruncateTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();
  private final Given.Grants grants = Given.grants(client.sessionId(), machine.now() + 900_000);
  private final List<ChunkId> chunkIds = new ArrayList<>();
  private FileStatus file;

  @BeforeEach
  void makeFile() {
    file = Given.status(client.call(Given.emptyFile("/f")));
    append(3, true);
  }

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void cutWithinAnExtent_shortensIt_andTakesThoseBehindIt() {
    FileStatus shorter = truncated("/f", 15);

    assertThat(shorter.length()).isEqualTo(15);
    assertThat(shorter.inodeId()).isEqualTo(file.inodeId());
    assertThat(shorter.generation()).isEqualTo(file.generation() + 1);
    assertThat(extents())
        .containsExactly(
            new Extent(0, 10, chunkIds.get(0), 0), new Extent(10, 5, chunkIds.get(1), 0));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.maintain();
    assertThat(state(0)).isEqualTo(ChunkState.SEALED);
    assertThat(state(1)).isEqualTo(ChunkState.SEALED);
    assertThat(state(2)).isEqualTo(ChunkState.GARBAGE);
  }

  @Test
  void chunksThatGo_stayForTheGracePeriod() {
    truncated("/f", 0);

    machine.pass(StateMachine.GRACE_MILLIS);
    machine.maintain();
    assertThat(state(2)).isEqualTo(ChunkState.SEALED);

    machine.pass(2);
    machine.maintain();
    assertThat(state(0)).isEqualTo(ChunkState.GARBAGE);
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(2);
  }

  @Test
  void readers_areToldThatBytesWereAltered() {
    truncated("/f", 25);

    QueryAssert.fails(
        ErrorCode.GENERATION_GONE, () -> machine.namespace().extents(file.version(), 0, 10));
    assertThat(machine.namespace().extents(stat().version(), 0, 10).extents()).hasSize(3);
  }

  @Test
  void writer_thatHadTheFileOpen_isFenced() {
    ChunkId open = machine.newChunkId();
    FileStatus grown =
        Given.status(client.call(Given.append(file, grants.commit(open, 5, false), 0)));

    FileStatus shorter = truncated("/f", 32);

    assertRefused(
        client.call(Given.append(grown, grants.commit(open, 9, false), 5)),
        ErrorCode.STALE_GENERATION);
    assertRefused(
        client.call(Given.append(shorter, grants.commit(open, 9, false), 5)), ErrorCode.FENCED);
  }

  @Test
  void whatIsAppendedAfterwards_followsTheCut() {
    file = truncated("/f", 15);

    append(1, true);

    assertThat(stat().length()).isEqualTo(25);
    assertThat(extents().get(2)).isEqualTo(new Extent(15, 10, chunkIds.get(3), 0));
  }

  @Test
  void sameLength_changesNothing() {
    assertThat(truncated("/f", 30)).isEqualTo(file);
  }

  @Test
  void nonsense_isRefused() {
    client.call(Given.mkdirs("/d"));

    assertRefused(call("/f", 31), ErrorCode.INVALID_ARGUMENT);
    assertRefused(call("/f", -1), ErrorCode.INVALID_ARGUMENT);
    assertRefused(call("/d", 0), ErrorCode.IS_A_DIRECTORY);
    assertRefused(call("/nowhere", 0), ErrorCode.NOT_FOUND);
    assertThat(stat()).isEqualTo(file);
  }

  @Test
  void moreExtentsThanOneCommandTakes_goInSeveral() {
    append(TruncateHandler.EXTENT_LIMIT, true);
    long longest = file.length();

    FileStatus first = truncated("/f", 7);
    assertThat(first.length()).isEqualTo(longest - TruncateHandler.EXTENT_LIMIT * 10L);
    FileStatus second = truncated("/f", 7);

    assertThat(second.length()).isEqualTo(7);
    assertThat(extents()).containsExactly(new Extent(0, 7, chunkIds.get(0), 0));
  }

  private void append(int chunks, boolean seal) {
    for (int i = 0; i < chunks; i++) {
      ChunkId chunkId = machine.newChunkId();
      chunkIds.add(chunkId);
      file = Given.status(client.call(Given.append(file, grants.commit(chunkId, 10, seal), 0)));
    }
  }

  private FileStatus truncated(String path, long length) {
    return Given.status(call(path, length));
  }

  private Reply call(String path, long length) {
    return client.call(new Truncate(new Target.AtPath(path), length));
  }

  private FileStatus stat() {
    return machine.namespace().stat(new Target.AtPath("/f"), false).status();
  }

  private List<Extent> extents() {
    return machine.namespace().extents(stat().version(), 0, 4_096).extents();
  }

  private ChunkState state(int chunk) {
    return machine.chunks().find(chunkIds.get(chunk)).state();
  }
}
