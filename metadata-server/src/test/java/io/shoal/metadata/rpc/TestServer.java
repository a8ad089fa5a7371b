package io.shoal.metadata.rpc;

import io.grpc.ManagedChannel;
import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.liveness.LivenessSettings;
import io.shoal.metadata.reclaim.MaintenanceSettings;
import io.shoal.metadata.repair.RepairSettings;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.metadata.testing.AppliedLog;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The services on a real connection, over a log without disk and with a clock that stands still.
 */
final class TestServer implements AutoCloseable {
  static final String SECRET_TEXT = "a secret of this test";
  static final ClusterSecret SECRET = ClusterSecret.of(TestServer.SECRET_TEXT);
  static final long GRACE_MILLIS = 60_000;
  static final long GRANT_LIFETIME_MILLIS = 900_000;
  static final String CLUSTER_ID = "0f7e9a52-3a6f-4cf5-9f3a-3a1d4d0c2b11";
  static final ClusterSettings CLUSTER =
      new ClusterSettings(3, 2, 1 << 20, GRACE_MILLIS, 3_600_000, GRANT_LIFETIME_MILLIS);
  static final LivenessSettings LIVENESS =
      new LivenessSettings(Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofMinutes(10));
  static final MaintenanceSettings MAINTENANCE =
      new MaintenanceSettings(Duration.ofSeconds(1), 100, 100, Duration.ofMinutes(1));
  static final RepairSettings REPAIR =
      new RepairSettings(
          Duration.ofSeconds(1), 64 << 20, 8, Duration.ofHours(1), Duration.ofMinutes(2), 1);
  static final ServiceLimits LIMITS = new ServiceLimits(256, 8 << 20, 8_192, 48 << 20, 2, 4_096);

  /**
   * Between two rounds of background work, the next one of maintenance, the next one of repair and
   * the patience with sessions are all that waits for its time.
   */
  static final int IDLE_TASKS = 3;

  final FakeClock clock = new FakeClock();
  final AppliedLog log = new AppliedLog(clock);
  final MetadataServices services;

  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final EventLoops loops = EventLoops.start("test", 2, PooledByteBufAllocator.DEFAULT);
  private final RpcServer server;
  private final ManagedChannel channel;

  private TestServer(ServiceLimits limits) {
    FaultHandler faultHandler = (where, fault) -> faults.add(fault);
    services =
        new MetadataServices(
            new ServerEnvironment(log, log::view, clock, clock, pool, faultHandler),
            new ServiceSettings(
                "9.8.7", CLUSTER_ID, CLUSTER, LIVENESS, MAINTENANCE, REPAIR, limits),
            SECRET,
            new SecureRandom());
    RpcSettings settings = RpcSettings.defaults();
    server =
        RpcServers.start(new HostPort("127.0.0.1", 0), services.definitions(), loops, settings);
    channel = RpcChannels.open(server.address(), loops, settings);
  }

  /** Starts a server that does not lead. */
  static TestServer follower() {
    TestServer server = new TestServer(LIMITS);
    server.log.setLeader(false);
    return server;
  }

  /** Starts a server that leads and is ready. */
  static TestServer leader() {
    return leader(LIMITS);
  }

  static TestServer leader(ServiceLimits limits) {
    TestServer server = new TestServer(limits);
    server.lead(1);
    return server;
  }

  /** Lets the server lead, and waits until it is ready. */
  void lead(long term) {
    long before = log.countOf(ClusterCommand.AllocateIds.class);
    log.setLeader(true);
    services.onLeader(term);
    Await.until(
        "the leader is ready",
        () -> log.countOf(ClusterCommand.AllocateIds.class) > before && answers());
  }

  private boolean answers() {
    var stub = ClusterServiceGrpc.newBlockingStub(channel);
    try {
      stub.describeCluster(io.shoal.proto.v1.DescribeClusterRequest.getDefaultInstance());
      return true;
    } catch (io.grpc.StatusRuntimeException notReady) {
      return false;
    }
  }

  void loseLeadership(long term) {
    log.setLeader(false);
    services.onLeadershipLost(term);
  }

  NamespaceServiceGrpc.NamespaceServiceBlockingStub namespace() {
    return NamespaceServiceGrpc.newBlockingStub(channel);
  }

  ClusterServiceGrpc.ClusterServiceBlockingStub cluster() {
    return ClusterServiceGrpc.newBlockingStub(channel);
  }

  ClusterServiceGrpc.ClusterServiceStub asyncCluster() {
    return ClusterServiceGrpc.newStub(channel);
  }

  /** Opens a stream of requests. */
  TestPipeline pipeline() {
    return new TestPipeline(NamespaceServiceGrpc.newStub(channel));
  }

  /** Attaches a node whose number is part of its UUID and address. */
  TestNode attach(int number) {
    TestNode node = newNode(number);
    node.register();
    Await.until("node is attached", () -> node.registered() != null);
    return node;
  }

  TestNode newNode(int number) {
    return new TestNode(ClusterServiceGrpc.newStub(channel), number);
  }

  HostPort address() {
    return server.address();
  }

  List<Throwable> faults() {
    return List.copyOf(faults);
  }

  @Override
  public void close() {
    log.release();
    channel.shutdownNow();
    server.close();
    services.close();
    pool.shutdown();
    loops.close();
    if (!faults.isEmpty()) {
      throw new AssertionError("faults: " + faults, faults.peek());
    }
  }
}
