package io.shoal.client.testing;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeClusterRequest;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.ListNodesReply;
import io.shoal.proto.v1.ListNodesRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.ReadConsistency;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A metadata server that is real on the wire, and misbehaves as told. */
public final class FakeMetadataServer implements AutoCloseable {
  /** What the server does with a request. */
  public enum Behaviour {
    /** Executes and answers it. */
    SERVE,
    /** Executes it and breaks the stream instead of answering. */
    LOSE_REPLY,
    /** Breaks the stream and does nothing. */
    LOSE_REQUEST,
    /** Executes it, and keeps the answer until {@link #releaseHeld}. */
    HOLD_REPLY,
    /** Does nothing with it, ever. */
    IGNORE,
    /** Refuses it: can't do it now. */
    UNAVAILABLE,
    /** Refuses it: too much to do. */
    OVERLOADED,

    /** Refuses and tells the client to stay away for a minute. */
    OVERLOADED_FOR_LONG,
    /** Executes it, and says that it lost the lead before it knew. */
    OUTCOME_UNKNOWN
  }

  private final FakeNamespace namespace;
  private final EventLoops loops =
      EventLoops.start("fake-server", 1, UnpooledByteBufAllocator.DEFAULT);
  private final RpcServer server;
  private final List<NamespaceRequest> received = new ArrayList<>();
  private final Set<ServerCallStreamObserver<LeaderNotice>> watchers =
      ConcurrentHashMap.newKeySet();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private Function<NamespaceRequest, Behaviour> behaviour = request -> Behaviour.SERVE;
  private volatile boolean leader = true;
  private volatile boolean cannotTell;
  private volatile String leaderHint = "";
  private int streams;

  /** Starts on any free port. */
  public FakeMetadataServer(FakeNamespace namespace) {
    this(namespace, 0);
  }

  /** Starts on a port. */
  public FakeMetadataServer(FakeNamespace namespace, int port) {
    this.namespace = namespace;
    this.server =
        RpcServers.start(
            new HostPort("127.0.0.1", port),
            List.of(new Namespace().bindService(), new Cluster().bindService()),
            loops,
            RpcSettings.defaults());
  }

  /** Returns where it listens. */
  public HostPort address() {
    return server.address();
  }

  /** Decides what is done with each request; called under a lock. */
  public synchronized void behave(Function<NamespaceRequest, Behaviour> decision) {
    behaviour = decision;
  }

  /** Lets the first request of a kind meet with something else than service. */
  public synchronized void behaveOnce(NamespaceRequest.RequestCase kind, Behaviour first) {
    boolean[] met = new boolean[1];
    behave(
        request -> {
          if (met[0] || request.getRequestCase() != kind) {
            return Behaviour.SERVE;
          }
          met[0] = true;
          return first;
        });
  }

  /** Sends all answers that were kept, and keeps no further ones. */
  public void releaseHeld() {
    List<Runnable> answers;
    synchronized (this) {
      behaviour = request -> Behaviour.SERVE;
      answers = List.copyOf(held);
      held.clear();
    }
    answers.forEach(Runnable::run);
  }

  /** Returns how many answers are kept. */
  public synchronized int heldCount() {
    return held.size();
  }

  /** Makes it lead. */
  public void lead() {
    leader = true;
  }

  /** Makes it say that it does not lead, and where to go instead, unless that is empty. */
  public void follow(String hint) {
    leaderHint = hint;
    leader = false;
  }

  /** Makes it refuse also what any server may answer. */
  public void cannotTell() {
    cannotTell = true;
  }

  /** Tells all who want to hear it which server leads. */
  public void announce(long term, HostPort leader) {
    LeaderNotice notice =
        LeaderNotice.newBuilder().setTerm(term).setLeader(leader.toString()).build();
    watchers.forEach(watcher -> watcher.onNext(notice));
  }

  /** Returns how many want to hear which server leads. */
  public int watchers() {
    return watchers.size();
  }

  /** Returns everything that came in, in order. */
  public synchronized List<NamespaceRequest> received() {
    return List.copyOf(received);
  }

  /** Returns how often a kind of request came in. */
  public synchronized long receivedCount(NamespaceRequest.RequestCase kind) {
    return received.stream().filter(request -> request.getRequestCase() == kind).count();
  }

  /** Returns how many streams were opened so far. */
  public synchronized int streams() {
    return streams;
  }

  @Override
  public void close() {
    server.close(Duration.ZERO);
    loops.close();
  }

  private synchronized Behaviour arrive(NamespaceRequest request) {
    received.add(request);
    return behaviour.apply(request);
  }

  private static boolean isForAnyServer(NamespaceRequest request) {
    return request.getConsistency() == ReadConsistency.READ_CONSISTENCY_FOLLOWER
        || request.getConsistency() == ReadConsistency.READ_CONSISTENCY_STALE;
  }

  private void requireLeader() {
    if (!leader) {
      throw new ShoalException(ErrorCode.NOT_LEADER, leaderHint, "does not lead");
    }
  }

  private static NamespaceReply error(NamespaceRequest request, ShoalException failure) {
    return NamespaceReply.newBuilder()
        .setRequestId(request.getRequestId())
        .setError(RpcErrors.toProto(failure))
        .build();
  }

  private final class Namespace extends NamespaceServiceGrpc.NamespaceServiceImplBase {
    @Override
    public StreamObserver<NamespaceRequest> pipeline(StreamObserver<NamespaceReply> replies) {
      synchronized (FakeMetadataServer.this) {
        streams++;
      }
      return new Stream(replies);
    }
  }

  /** One stream. Answers are sent under its lock, whoever sends them. */
  private final class Stream implements StreamObserver<NamespaceRequest> {
    private final StreamObserver<NamespaceReply> replies;
    private boolean ended;

    Stream(StreamObserver<NamespaceReply> replies) {
      this.replies = replies;
    }

    @Override
    public void onNext(NamespaceRequest request) {
      Behaviour what = arrive(request);
      try {
        if (!isForAnyServer(request)) {
          requireLeader();
        } else if (cannotTell) {
          throw new ShoalException(ErrorCode.NOT_LEADER, "", "can't tell how far the log is");
        }
      } catch (ShoalException notLeader) {
        answer(error(request, notLeader));
        return;
      }
      switch (what) {
        case SERVE -> answer(namespace.execute(request));
        case LOSE_REPLY -> {
          namespace.execute(request);
          breakOff();
        }
        case LOSE_REQUEST -> breakOff();
        case HOLD_REPLY -> {
          NamespaceReply reply = namespace.execute(request);
          synchronized (FakeMetadataServer.this) {
            held.add(() -> answer(reply));
          }
        }
        case IGNORE -> {}
        case OVERLOADED_FOR_LONG ->
            answer(
                error(
                    request,
                    new ShoalException(ErrorCode.OVERLOADED, "", "too much to do", 60_000, null)));
        case UNAVAILABLE ->
            answer(error(request, new ShoalException(ErrorCode.UNAVAILABLE, "", "has nothing")));
        case OVERLOADED ->
            answer(error(request, new ShoalException(ErrorCode.OVERLOADED, "", "too much to do")));
        case OUTCOME_UNKNOWN -> {
          namespace.execute(request);
          answer(
              error(request, new ShoalException(ErrorCode.OUTCOME_UNKNOWN, "", "lost leadership")));
        }
      }
    }

    private synchronized void answer(NamespaceReply reply) {
      if (!ended) {
        replies.onNext(reply);
      }
    }

    private synchronized void breakOff() {
      if (!ended) {
        ended = true;
        replies.onError(Status.UNAVAILABLE.withDescription("broken by the test").asException());
      }
    }

    @Override
    public synchronized void onError(Throwable cancelled) {
      ended = true;
    }

    @Override
    public synchronized void onCompleted() {
      if (!ended) {
        ended = true;
        replies.onCompleted();
      }
    }
  }

  private final class Cluster extends ClusterServiceGrpc.ClusterServiceImplBase {
    @Override
    public void watchLeader(WatchLeaderRequest request, StreamObserver<LeaderNotice> client) {
      var watcher = (ServerCallStreamObserver<LeaderNotice>) client;
      watcher.setOnCancelHandler(() -> watchers.remove(watcher));
      watchers.add(watcher);
    }

    @Override
    public void describeCluster(
        DescribeClusterRequest request, StreamObserver<DescribeClusterReply> reply) {
      answer(
          reply,
          DescribeClusterReply.newBuilder()
              .setClusterId("fake")
              .setVersion("0.1.0")
              .setReplication(3)
              .setMinReplicas(2)
              .setChunkSizeBytes(16 << 20)
              .build());
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesReply> reply) {
      ListNodesReply.Builder nodes = ListNodesReply.newBuilder();
      for (int id : new int[] {2, 1}) {
        nodes.addNodes(
            NodeDescription.newBuilder()
                .setAddress(
                    NodeAddress.newBuilder()
                        .setNodeId(id)
                        .setHost("127.0.0.1")
                        .setPort(7_500 + id)
                        .setLiveness(NodeLiveness.NODE_LIVENESS_ALIVE))
                .setSilentMillis(-1));
      }
      answer(reply, nodes.build());
    }

    private <T> void answer(StreamObserver<T> observer, T answer) {
      try {
        requireLeader();
      } catch (ShoalException notLeader) {
        observer.onError(RpcErrors.toStatusException(notLeader));
        return;
      }
      observer.onNext(answer);
      observer.onCompleted();
    }
  }
}
