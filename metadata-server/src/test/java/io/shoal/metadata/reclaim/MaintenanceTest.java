package io.shoal.metadata.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.shard.Shard;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.testing.AppliedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All on the test's own thread: the shard's pool runs tasks where they are sent. */
class MaintenanceTest {
  private static final long GRACE_MILLIS = 5_000;
  private static final long SESSION_MILLIS = 60_000;
  private static final long GRANT_MILLIS = 30_000;
  private static final NodeId NODE = new NodeId(1);

  /** Nodes that take orders and do nothing. */
  private static final class Orders implements NodeOrders {
    private final Set<NodeId> attached = new HashSet<>(Set.of(NODE));
    private final Map<NodeId, List<List<ChunkId>>> given = new HashMap<>();

    @Override
    public Set<NodeId> attached() {
      return Set.copyOf(attached);
    }

    @Override
    public boolean delete(NodeId nodeId, List<ChunkId> chunkIds) {
      given.computeIfAbsent(nodeId, id -> new ArrayList<>()).add(chunkIds);
      return attached.contains(nodeId);
    }

    List<List<ChunkId>> given() {
      return given.getOrDefault(NODE, List.of());
    }
  }

  private final FakeClock clock = new FakeClock();
  private final AppliedLog log = new AppliedLog(clock);
  private final Orders orders = new Orders();
  private final Shard shard =
      new Shard(
          "leader",
          Runnable::run,
          1_024,
          (where, fault) -> {
            throw new AssertionError(where, fault);
          });
  private final Maintenance maintenance =
      new Maintenance(
          log,
          log::view,
          orders,
          new MaintenanceSettings(Duration.ofSeconds(1), 2, 3, Duration.ofSeconds(20)),
          clock,
          clock,
          shard);
  private SessionId sessionId;
  private long sequence;

  @BeforeEach
  void initCluster() {
    log.apply(
        new ClusterCommand.InitCluster(
            new ClusterIdentity("test", 0, 0),
            new ClusterSettings(1, 1, 1 << 20, GRACE_MILLIS, SESSION_MILLIS, GRANT_MILLIS)));
    log.apply(
        new ClusterCommand.RegisterNode(
            new NodeDescription(new UUID(1, 1), "host", 1, "", "", List.of())));
    Reply opened =
        log.apply(new SessionCommand.OpenSession(new ClientDescription("test", "", ""), 1));
    sessionId = ((Reply.SessionOpened) opened).sessionId();
  }

  private Reply call(NamespaceCommand command) {
    sequence++;
    Reply reply =
        log.submit(
                new CommandEnvelope(
                    new SessionStamp(sessionId, sequence, sequence),
                    log.nowMillis(),
                    CommandEnvelope.NO_DEADLINE,
                    command))
            .join();
    assertThat(reply).isNotInstanceOf(Reply.Failure.class);
    return reply;
  }

  /** Puts a file of one chunk. */
  private ChunkId put(String path, boolean seal) {
    ChunkId chunkId = ((Reply.IdsAllocated) log.apply(new ClusterCommand.AllocateIds(1))).first();
    ChunkGrant grant =
        new ChunkGrant(
            chunkId,
            sessionId,
            List.of(NODE),
            log.nowMillis() + GRANT_MILLIS,
            1 << 20,
            Layout.REPLICATED);
    call(
        new NamespaceCommand.Commit(
            new NamespaceCommand.CommitFile.Created(
                new NamespaceCommand.CreateFile(
                    path, Precondition.ABSENT, Attributes.NONE, FilePolicy.DEFAULT, true)),
            List.of(new ChunkCommit(grant, 10, 1, List.of(new Replica(NODE, 1)), seal)),
            List.of(new Extent(0, 10, chunkId, 0)),
            new NamespaceCommand.Publish(path, Precondition.ABSENT, true),
            Attributes.NONE));
    return chunkId;
  }

  private ChunkState stateOf(ChunkId chunkId) {
    var row = new ChunkQueries(log.view()).find(chunkId);
    return row == null ? null : row.state();
  }

  private long nowApplied() {
    return new ClusterQueries(log.view()).nowMillis();
  }

  @Test
  void round_idleCluster_letsTheLogClockGoOn() {
    maintenance.begin();
    for (int i = 0; i < 5; i++) {
      clock.advanceMillis(1_000);
      assertThat(nowApplied()).isEqualTo(log.nowMillis());
    }
    assertThat(log.countOf(MaintenanceCommand.Tick.class)).isEqualTo(6);
    assertThat(log.countOf(MaintenanceCommand.SealExpired.class)).isZero();
    assertThat(log.countOf(MaintenanceCommand.Reclaim.class)).isZero();
  }

  @Test
  void round_chunkWhoseGrantHasExpired_isSealed() {
    ChunkId chunkId = put("/f", false);
    maintenance.begin();
    clock.advanceMillis(GRANT_MILLIS);
    assertThat(stateOf(chunkId)).isEqualTo(ChunkState.OPEN);
    clock.advanceMillis(1_000);
    assertThat(stateOf(chunkId)).isEqualTo(ChunkState.SEALED);
  }

  @Test
  void round_silentSession_ends() {
    maintenance.begin();
    clock.advanceMillis(2 * SESSION_MILLIS);
    assertThat(new ClusterQueries(log.view()).sessionLives(sessionId)).isFalse();
  }

  @Test
  void round_nobodyLedForLong_sessionsEndOnlyWhenTheirClientsHadTimeToReturn() {
    clock.advanceMillis(10 * SESSION_MILLIS);
    maintenance.begin();
    clock.advanceMillis(SESSION_MILLIS - 1_000);
    assertThat(new ClusterQueries(log.view()).sessionLives(sessionId)).isTrue();
    clock.advanceMillis(2_000);
    assertThat(new ClusterQueries(log.view()).sessionLives(sessionId)).isFalse();
  }

  @Test
  void round_leaderStoodStill_sessionsEndOnlyWhenTheirClientsHadTimeToReturn() {
    maintenance.begin();
    clock.advanceMillis(SESSION_MILLIS / 2);
    log.hold(MaintenanceCommand.Tick.class::isInstance);
    clock.advanceMillis(2 * SESSION_MILLIS);
    log.release();
    clock.advanceMillis(SESSION_MILLIS - 1_000);
    assertThat(new ClusterQueries(log.view()).sessionLives(sessionId)).isTrue();
    clock.advanceMillis(2_000);
    assertThat(new ClusterQueries(log.view()).sessionLives(sessionId)).isFalse();
  }

  @Test
  void round_bigTreeThatWasDeleted_isTakenApartInBoundedCommandsAtOnce() {
    for (int i = 0; i < 300; i++) {
      call(new NamespaceCommand.Mkdirs("/t/" + i % 7 + "/" + i, Attributes.NONE, true));
    }
    maintenance.begin();
    call(new NamespaceCommand.Delete("/t", true));
    clock.advanceMillis(GRACE_MILLIS + 3_000);
    assertThat(new ClusterQueries(log.view()).count(io.shoal.metadata.cluster.Counter.INODES))
        .isEqualTo(1);
    assertThat(log.countOf(MaintenanceCommand.Reclaim.class)).isGreaterThan(150);
  }

  @Test
  void round_commandThatTakesLong_isNotOverlapped() {
    log.hold(command -> command instanceof MaintenanceCommand);
    maintenance.begin();
    clock.advanceMillis(60_000);
    assertThat(log.countOf(MaintenanceCommand.class)).isEqualTo(1);
    log.release();
    clock.advanceMillis(1_000);
    assertThat(log.countOf(MaintenanceCommand.class)).isEqualTo(2);
  }

  @Test
  void round_commandRefused_isTriedAgainLater() {
    log.refuse(command -> command instanceof MaintenanceCommand);
    maintenance.begin();
    clock.advanceMillis(3_000);
    assertThat(log.countOf(MaintenanceCommand.Tick.class)).isEqualTo(4);
    log.refuse(command -> false);
    clock.advanceMillis(1_000);
    assertThat(nowApplied()).isEqualTo(log.nowMillis());
  }

  @Test
  void end_term_stopsAllWork() {
    maintenance.begin();
    clock.advanceMillis(1_000);
    log.hold(command -> command instanceof MaintenanceCommand);
    clock.advanceMillis(1_000);
    maintenance.end();
    long before = log.countOf(MaintenanceCommand.class);
    log.release();
    clock.advanceMillis(60_000);
    assertThat(log.countOf(MaintenanceCommand.class)).isEqualTo(before);
    assertThat(clock.pendingTasks()).isZero();
  }

  @Test
  void begin_twice_leavesOneRunOnly() {
    maintenance.begin();
    maintenance.begin();
    long before = log.countOf(MaintenanceCommand.Tick.class);
    clock.advanceMillis(1_000);
    assertThat(log.countOf(MaintenanceCommand.Tick.class)).isEqualTo(before + 1);
  }

  @Test
  void garbage_isOrderedDeletedInBoundedOrdersOneAfterAnother() {
    List<ChunkId> chunkIds = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      chunkIds.add(put("/f" + i, true));
    }
    for (int i = 0; i < 7; i++) {
      call(new NamespaceCommand.Delete("/f" + i, false));
    }
    maintenance.begin();
    clock.advanceMillis(GRACE_MILLIS + 2_000);
    assertThat(orders.given()).hasSize(1);
    assertThat(orders.given().get(0)).hasSize(3);
    maintenance.onChunksDeleted(NODE, orders.given().get(0));
    maintenance.onChunksDeleted(NODE, orders.given().get(1));
    assertThat(orders.given()).hasSize(3);
    assertThat(orders.given().get(2)).hasSize(1);
    maintenance.onChunksDeleted(NODE, orders.given().get(2));
    clock.advanceMillis(5_000);
    assertThat(orders.given()).hasSize(3);
    assertThat(orders.given().stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(chunkIds);
    chunkIds.forEach(id -> assertThat(stateOf(id)).isEqualTo(ChunkState.TOMBSTONE));
    clock.advanceMillis(GRANT_MILLIS);
    chunkIds.forEach(id -> assertThat(stateOf(id)).isNull());
  }

  /** A node may have chunks that it can't delete: on a fenced volume, say. */
  @Test
  void garbage_oldestCannotBeDeleted_theOthersAreOrderedAllTheSame() {
    List<ChunkId> chunkIds = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      chunkIds.add(put("/f" + i, true));
    }
    for (int i = 0; i < 7; i++) {
      call(new NamespaceCommand.Delete("/f" + i, false));
    }
    maintenance.begin();
    clock.advanceMillis(GRACE_MILLIS + 2_000);
    clock.advanceMillis(60_000);
    clock.advanceMillis(60_000);
    assertThat(orders.given().stream().flatMap(List::stream)).containsAll(chunkIds);
  }

  @Test
  void garbage_nodeThatIsNotAttached_getsItsOrdersWhenItIs() {
    put("/f", true);
    call(new NamespaceCommand.Delete("/f", false));
    orders.attached.clear();
    maintenance.begin();
    clock.advanceMillis(60_000);
    assertThat(orders.given()).isEmpty();
    orders.attached.add(NODE);
    clock.advanceMillis(1_000);
    assertThat(orders.given()).hasSize(1);
    // A stream that broke takes the order with it: the next one gets it at once.
    orders.attached.clear();
    clock.advanceMillis(1_000);
    orders.attached.add(NODE);
    clock.advanceMillis(1_000);
    assertThat(orders.given()).hasSize(2);
  }

  @Test
  void garbage_answerThatTheLogRefused_isAskedForAgain() {
    put("/f", true);
    call(new NamespaceCommand.Delete("/f", false));
    maintenance.begin();
    clock.advanceMillis(GRACE_MILLIS + 2_000);
    log.refuse(command -> command instanceof MaintenanceCommand.ReplicasDeleted);
    maintenance.onChunksDeleted(NODE, orders.given().get(0));
    log.refuse(command -> false);
    assertThat(orders.given()).hasSize(1);
    clock.advanceMillis(21_000);
    assertThat(orders.given()).hasSize(2);
    assertThat(orders.given().get(1)).isEqualTo(orders.given().get(0));
  }
}
