package io.shoal.metadata.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.shard.Shard;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica.State;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.liveness.LivenessSettings;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.repair.RepairOrders.Finding;
import io.shoal.metadata.testing.AppliedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/**
 * A leader with its nodes, of which each does what it is told when the test says so. All on the
 * test's own thread: the shard's pool runs tasks where they are sent.
 */
abstract class RepairHarness {
  static final int NODES = 5;
  static final int LENGTH = 1_000;
  static final long GRANT_MILLIS = 30_000;
  static final long SECOND = 1_000;
  static final Duration DEAD_AFTER = Duration.ofSeconds(60);

  final FakeClock clock = new FakeClock();
  final AppliedLog log = new AppliedLog(clock);
  final FakeNodes nodes = new FakeNodes();
  final LivenessSettings livenessSettings =
      new LivenessSettings(Duration.ofSeconds(1), Duration.ofSeconds(10), DEAD_AFTER);
  final NodeLiveness liveness = new NodeLiveness(livenessSettings, clock);
  final Set<NodeId> silent = new HashSet<>();

  /** Nodes without room for anything. */
  final Set<NodeId> full = new HashSet<>();

  final List<Runnable> stalled = new ArrayList<>();
  boolean standsStill;
  final Repair repair =
      new Repair(
          new Repair.Environment(
              log, log::view, nodes, liveness, clock, clock, new SplittableRandom(7)),
          new RepairSettings(
              Duration.ofSeconds(1), 1 << 20, 4, Duration.ofHours(1), Duration.ofSeconds(30), 1),
          livenessSettings,
          new Shard(
              "leader",
              this::run,
              1_024,
              (where, fault) -> {
                throw new AssertionError(where, fault);
              }));
  SessionId sessionId;
  long sequence;

  @BeforeEach
  void startCluster() {
    log.apply(
        new ClusterCommand.InitCluster(
            new ClusterIdentity("test", 0, 0),
            new ClusterSettings(3, 2, 1 << 20, 5_000, 3_600_000, GRANT_MILLIS)));
    for (int i = 1; i <= NODES; i++) {
      register(i, "");
      nodes.attached.add(new NodeId(i));
    }
    Reply opened =
        log.apply(new SessionCommand.OpenSession(new ClientDescription("test", "", ""), 1));
    sessionId = ((Reply.SessionOpened) opened).sessionId();
  }

  void run(Runnable task) {
    if (standsStill) {
      stalled.add(task);
    } else {
      task.run();
    }
  }

  void register(int number, String fence) {
    register(number, "/rack" + number, fence);
  }

  void registerIn(int number, String failureDomain) {
    register(number, failureDomain, "");
  }

  void register(int number, String failureDomain, String fence) {
    log.apply(
        new ClusterCommand.RegisterNode(
            new NodeDescription(
                new UUID(1, number),
                "host" + number,
                7_000 + number,
                failureDomain,
                "",
                List.of(new VolumeRecord(1, "/data", 1L << 40, fence)))));
  }

  /** Sets what later files ask for: so many replicas, of which one suffices. */
  void setReplication(int replication) {
    log.apply(
        new ClusterCommand.ConfigureCluster(
            new ClusterSettings(replication, 1, 1 << 20, 5_000, 3_600_000, GRANT_MILLIS)));
  }

  /** Puts a file of one sealed chunk, which its nodes hold. */
  ChunkId put(String path, int... holders) {
    return put(path, true, holders);
  }

  ChunkId put(String path, boolean seal, int... holders) {
    ChunkId chunkId = ((Reply.IdsAllocated) log.apply(new ClusterCommand.AllocateIds(1))).first();
    List<NodeId> nodeIds = new ArrayList<>();
    List<Replica> replicas = new ArrayList<>();
    for (int holder : holders) {
      nodeIds.add(new NodeId(holder));
      replicas.add(new Replica(new NodeId(holder), 1));
      nodes.put(new NodeId(holder), chunkId, Finding.INTACT);
    }
    ChunkGrant grant =
        new ChunkGrant(
            chunkId,
            sessionId,
            nodeIds,
            log.nowMillis() + GRANT_MILLIS,
            1 << 20,
            Layout.REPLICATED);
    call(
        new NamespaceCommand.Commit(
            new NamespaceCommand.CommitFile.Created(
                new NamespaceCommand.CreateFile(
                    path, Precondition.ABSENT, Attributes.NONE, FilePolicy.DEFAULT, true)),
            List.of(new ChunkCommit(grant, LENGTH, 1, replicas, seal)),
            List.of(new Extent(0, LENGTH, chunkId, 0)),
            new NamespaceCommand.Publish(path, Precondition.ABSENT, true),
            Attributes.NONE));
    return chunkId;
  }

  void call(NamespaceCommand command) {
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
  }

  /** Lets time pass; nodes that are not silent send heartbeats, and all carry out their orders. */
  void pass(long seconds) {
    for (long i = 0; i < seconds; i++) {
      beat();
      clock.advanceMillis(SECOND);
      nodes.work(repair);
    }
  }

  void beat() {
    for (int i = 1; i <= NODES; i++) {
      NodeId nodeId = new NodeId(i);
      if (!silent.contains(nodeId)) {
        liveness.heard(nodeId, new NodeReport(List.of(volume(nodeId)), 0, 0, 0));
      }
    }
  }

  /** Returns what a node says of its only disk. */
  VolumeReport volume(NodeId nodeId) {
    long available = full.contains(nodeId) ? 0 : 1L << 39;
    return new VolumeReport(1, "/data", 1L << 40, available, 0, 0, VolumeHealth.HEALTHY, "");
  }

  void kill(int number) {
    silent.add(new NodeId(number));
    nodes.attached.remove(new NodeId(number));
  }

  void comeBack(int number) {
    silent.remove(new NodeId(number));
    nodes.attached.add(new NodeId(number));
    register(number, "");
    beat();
    repair.onAttached(new NodeId(number));
  }

  ChunkRow row(ChunkId chunkId) {
    return new ChunkQueries(log.view()).find(chunkId);
  }

  List<Integer> counted(ChunkId chunkId) {
    return row(chunkId).replicas().stream().map(r -> r.nodeId().value()).sorted().toList();
  }

  State stateOf(ChunkId chunkId, int number) {
    var other = row(chunkId).holders().uncounted(new NodeId(number));
    return other == null ? null : other.state();
  }

  AdminState adminState(int number) {
    return new ClusterQueries(log.view()).node(new NodeId(number)).adminState();
  }
}
