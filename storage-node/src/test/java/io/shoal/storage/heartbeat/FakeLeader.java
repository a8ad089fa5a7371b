package io.shoal.storage.heartbeat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.transport.WriteOpening;
import io.shoal.proto.v1.Challenge;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.Heartbeat;
import io.shoal.proto.v1.HeartbeatReply;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.MetadataHistory;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.Registered;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A leader as a real gRPC server: takes in every node that proves that it knows the secret, answers
 * heartbeats, and does nothing else unless the test says so.
 */
public final class FakeLeader extends ClusterServiceGrpc.ClusterServiceImplBase
    implements AutoCloseable {
  /** What its nodes have to know. */
  public static final String SECRET = "secret of a test cluster";

  /** The cluster that it leads. */
  public static final String CLUSTER = "cluster-of-a-test";

  /** The node that every node becomes. */
  public static final NodeId NODE = new NodeId(5);

  private static final SigningKey KEY = new SigningKey(1, new byte[SigningKey.SECRET_BYTES]);

  /** What nodes sent, except heartbeats. */
  public final BlockingQueue<NodeReport> reports = new LinkedBlockingQueue<>();

  /** The heartbeats that nodes sent. */
  public final BlockingQueue<Heartbeat> heartbeats = new LinkedBlockingQueue<>();

  /** Bonds that began, newest last. */
  public final BlockingQueue<Bonded> bonds = new LinkedBlockingQueue<>();

  private final List<StreamObserver<LeaderNotice>> watchers = new CopyOnWriteArrayList<>();
  private final RpcServer server;
  private volatile long nowMillis = 1_700_000_000_000L;
  private volatile List<SigningKey> keys = List.of(KEY);
  private volatile boolean answersHeartbeats = true;
  private volatile boolean challenges = true;
  private volatile MetadataHistory history = MetadataHistory.getDefaultInstance();
  private volatile String clusterId = CLUSTER;
  private volatile int heartbeatIntervalMillis = 50;
  private volatile Function<RegisterNode, @Nullable ShoalException> refusal = register -> null;

  /** The leader's end of a bond. */
  public final class Bonded implements StreamObserver<NodeReport> {
    private static final ByteString NONCE =
        ByteString.copyFromUtf8("nonce of 32 bytes, or near to it");

    private final StreamObserver<NodeOrder> orders;
    private volatile boolean lost;

    Bonded(StreamObserver<NodeOrder> orders) {
      this.orders = orders;
    }

    /** Sends an order. */
    public synchronized void send(NodeOrder order) {
      orders.onNext(order);
    }

    /** Ends the bond. */
    public synchronized void fail(ShoalException reason) {
      orders.onError(RpcErrors.toStatusException(reason));
    }

    /** Tells whether the node is gone. */
    public boolean isLost() {
      return lost;
    }

    @Override
    public void onNext(NodeReport report) {
      if (report.hasRegister()) {
        reports.add(report);
        register(report.getRegister());
      } else if (report.hasHeartbeat()) {
        heartbeats.add(report.getHeartbeat());
        if (answersHeartbeats) {
          send(NodeOrder.newBuilder().setHeartbeatReply(heartbeatReply()).build());
        }
      } else {
        reports.add(report);
      }
    }

    private void register(RegisterNode register) {
      ShoalException refused = refusal.apply(register);
      boolean proved =
          ClusterSecret.of(SECRET)
              .proves(
                  register.getProof().toByteArray(),
                  NONCE.toByteArray(),
                  register.getNodeUuid().toByteArray(),
                  register.getHost(),
                  register.getPort());
      if (refused != null) {
        fail(refused);
      } else if (!proved) {
        orders.onError(Status.UNAUTHENTICATED.withDescription("wrong proof").asRuntimeException());
      } else {
        Registered.Builder registered =
            Registered.newBuilder()
                .setHistory(history)
                .setNowMillis(nowMillis)
                .setClusterId(clusterId)
                .setNodeId(NODE.value())
                .setHeartbeatIntervalMillis(heartbeatIntervalMillis);
        keys.forEach(key -> registered.addSigningKeys(toProto(key)));
        send(NodeOrder.newBuilder().setRegistered(registered).build());
      }
    }

    @Override
    public void onError(Throwable failure) {
      lost = true;
    }

    @Override
    public void onCompleted() {
      lost = true;
    }
  }

  private FakeLeader(EventLoops loops, int port) {
    server =
        RpcServers.start(
            new HostPort("127.0.0.1", port), List.of(bindService()), loops, RpcSettings.defaults());
  }

  /** Starts a leader on any free port. */
  public static FakeLeader start(EventLoops loops) {
    return new FakeLeader(loops, 0);
  }

  /**
   * Starts a leader on the port of one that was closed, which the system may take a moment to free.
   */
  public static FakeLeader restart(EventLoops loops, int port) {
    AtomicReference<@Nullable FakeLeader> started = new AtomicReference<>();
    Await.until(
        "port " + port + " is free",
        () -> {
          try {
            started.set(new FakeLeader(loops, port));
            return true;
          } catch (ShoalException taken) {
            return false;
          }
        });
    return Objects.requireNonNull(started.get());
  }

  /** Returns where it is. */
  public HostPort address() {
    return server.address();
  }

  /** Moves its log clock. */
  public void setNowMillis(long millis) {
    nowMillis = millis;
  }

  /** Returns its log clock. */
  public long nowMillis() {
    return nowMillis;
  }

  /** Changes the keys that it tells of. */
  public void setKeys(List<SigningKey> signingKeys) {
    keys = signingKeys;
  }

  /** Makes it answer heartbeats, or not. */
  public void setAnswersHeartbeats(boolean answers) {
    answersHeartbeats = answers;
  }

  /** Changes how far its metadata is. */
  public void setHistory(long number, long appliedIndex) {
    history = MetadataHistory.newBuilder().setNumber(number).setAppliedIndex(appliedIndex).build();
  }

  /** Makes it challenge nodes, or leave them waiting. */
  public void setChallenges(boolean speaks) {
    challenges = speaks;
  }

  /** Makes it the leader of another cluster. */
  public void setClusterId(String id) {
    clusterId = id;
  }

  /** Changes how often nodes are to send heartbeats. */
  public void setHeartbeatIntervalMillis(int millis) {
    heartbeatIntervalMillis = millis;
  }

  /** Makes it refuse nodes for which the function returns a reason. */
  public void setRefusal(Function<RegisterNode, @Nullable ShoalException> reason) {
    refusal = reason;
  }

  /** Returns a permission to write a chunk on its node, valid for a minute of its log clock. */
  public WriteOpening grant(ChunkId chunk, int lengthLimitBytes, long nonce) {
    return grant(
        new GrantTerms(
            chunk,
            new SessionId(1),
            List.of(NODE),
            nowMillis + 60_000,
            lengthLimitBytes,
            KEY.id(),
            60_000),
        nonce);
  }

  /** Returns a permission with any terms. */
  public WriteOpening grant(GrantTerms terms, long nonce) {
    return new WriteOpening(new GrantSigner(KEY).sign(terms), nonce, NODE);
  }

  /** Takes the next element, which has to come in time. */
  public static <T> T take(BlockingQueue<T> queue) {
    try {
      @Nullable T element = queue.poll(20, TimeUnit.SECONDS);
      if (element == null) {
        throw new AssertionError("nothing came within 20 s");
      }
      return element;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HeartbeatReply heartbeatReply() {
    HeartbeatReply.Builder reply = HeartbeatReply.newBuilder().setNowMillis(nowMillis);
    keys.forEach(key -> reply.addSigningKeys(toProto(key)));
    return reply.build();
  }

  private static io.shoal.proto.v1.SigningKey toProto(SigningKey key) {
    return io.shoal.proto.v1.SigningKey.newBuilder()
        .setKeyId(key.id())
        .setSecret(ByteString.copyFrom(key.secret()))
        .build();
  }

  /** Tells all who want to hear it which server leads. */
  public void announce(long term, HostPort leader) {
    LeaderNotice notice =
        LeaderNotice.newBuilder().setTerm(term).setLeader(leader.toString()).build();
    watchers.forEach(watcher -> watcher.onNext(notice));
  }

  /** Waits until somebody wants to hear which server leads. */
  public void awaitWatcher() {
    Await.until("somebody listens", this::isWatched);
  }

  /** Tells whether somebody wants to hear which server leads. */
  public boolean isWatched() {
    return !watchers.isEmpty();
  }

  @Override
  public void watchLeader(WatchLeaderRequest request, StreamObserver<LeaderNotice> watcher) {
    watchers.add(watcher);
  }

  @Override
  public StreamObserver<NodeReport> attach(StreamObserver<NodeOrder> orders) {
    Bonded bond = new Bonded(orders);
    if (challenges) {
      bond.send(
          NodeOrder.newBuilder()
              .setChallenge(Challenge.newBuilder().setNonce(Bonded.NONCE))
              .build());
    }
    bonds.add(bond);
    return bond;
  }

  @Override
  public void close() {
    server.close();
  }
}
