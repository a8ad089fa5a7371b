package io.shoal.metadata.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Why reads have barriers of their own (rule R1): Ratis by itself, three servers of which the
 * leader is cut off while nothing happens. If this fails with a newer Ratis, its reads may have
 * become what they are called.
 */
final class RatisReadsTest {
  private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(7, 7));

  @TempDir private Path directory;
  private final Map<RaftPeerId, RaftServer> servers = new LinkedHashMap<>();
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  /** Whom the others do not hear, and who does not hear them. */
  private volatile @Nullable RaftPeerId cutOff;

  /** Counts entries. */
  private static final class Counter extends BaseStateMachine {
    private final AtomicLong entries = new AtomicLong();

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext entry) {
      updateLastAppliedTermIndex(entry.getLogEntry().getTerm(), entry.getLogEntry().getIndex());
      return CompletableFuture.completedFuture(
          Message.valueOf(Long.toString(entries.incrementAndGet())));
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
      return CompletableFuture.completedFuture(Message.valueOf(entries.toString()));
    }
  }

  /** Loses what a server that is cut off says, and what is said to it. */
  private final class Cut implements ServerInterceptor {
    private final RaftPeerId self;

    Cut(RaftPeerId self) {
      this.self = self;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
        @Override
        public void onMessage(Q message) {
          RaftPeerId cut = cutOff;
          if (cut == null || !(cut.equals(self) || cut.equals(sender(message)))) {
            super.onMessage(message);
          }
        }
      };
    }

    private @Nullable RaftPeerId sender(Object message) {
      if (message instanceof AppendEntriesRequestProto entries) {
        return RaftPeerId.valueOf(entries.getServerRequest().getRequestorId());
      }
      return message instanceof RequestVoteRequestProto vote
          ? RaftPeerId.valueOf(vote.getServerRequest().getRequestorId())
          : null;
    }
  }

  @BeforeEach
  void start() throws IOException {
    List<RaftPeer> peers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        peers.add(
            RaftPeer.newBuilder()
                .setId("m" + i)
                .setAddress("127.0.0.1:" + free.getLocalPort())
                .build());
      }
    }
    // The one that is to lead comes last: the others are there to vote.
    for (RaftPeer peer : List.of(peers.get(2), peers.get(1), peers.get(0))) {
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(peer.getId())
              .setGroup(RaftGroup.valueOf(GROUP, peers))
              .setProperties(properties(peer))
              .setParameters(parameters(peer.getId()))
              .setStateMachine(new Counter())
              .build();
      servers.put(peer.getId(), server);
      server.start();
    }
  }

  private RaftProperties properties(RaftPeer peer) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(
        properties, List.of(directory.resolve(peer.getId().toString()).toFile()));
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    // As ours are: else an entry that tells the commit index would follow the one that is written.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    // The first one stands for election at once, and when it is cut off it is slow to notice: this
    // test is about the time before.
    boolean first = peer.getId().equals(RaftPeerId.valueOf("m0"));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(first ? 50 : 4_000));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(first ? 100 : 5_000));
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(500));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(first ? 3_600_000 : 1_000));
    RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
    GrpcConfigKeys.Server.setHost(properties, "127.0.0.1");
    GrpcConfigKeys.Server.setPort(properties, Integer.parseInt(peer.getAddress().split(":", 2)[1]));
    return properties;
  }

  private static TimeDuration millis(int millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }

  private Parameters parameters(RaftPeerId self) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters, (builder, types) -> builder.intercept(new Cut(self)));
    return parameters;
  }

  @AfterEach
  void stop() throws IOException {
    for (RaftServer server : servers.values()) {
      server.close();
    }
  }

  private RaftPeerId awaitLeaderBeside(@Nullable RaftPeerId former) {
    Await.until("a leader", () -> servers.keySet().stream().anyMatch(id -> leads(id, former)));
    return servers.keySet().stream().filter(id -> leads(id, former)).findFirst().orElseThrow();
  }

  private boolean leads(RaftPeerId id, @Nullable RaftPeerId former) {
    try {
      return !id.equals(former) && servers.get(id).getDivision(GROUP).getInfo().isLeaderReady();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CompletableFuture<RaftClientReply> ask(RaftPeerId server, RaftClientRequest.Type type)
      throws IOException {
    return servers
        .get(server)
        .submitClientRequestAsync(
            RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server)
                .setGroupId(GROUP)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf("x"))
                .setType(type)
                .build());
  }

  private CompletableFuture<RaftClientReply> write(RaftPeerId server) throws IOException {
    return ask(server, RaftClientRequest.writeRequestType());
  }

  private String read(RaftPeerId server) throws IOException {
    RaftClientReply reply = Await.result(ask(server, RaftClientRequest.readRequestType()));
    assertThat(reply.isSuccess()).isTrue();
    return reply.getMessage().getContent().toStringUtf8();
  }

  @Test
  @Tag("long")
  void idleLeaderIsCutOff_itsLinearizableReadIsStale_anEntryOfItsOwnIsNotApplied()
      throws IOException {
    RaftPeerId former = awaitLeaderBeside(null);
    Await.result(write(former));
    assertThat(read(former)).isEqualTo("1");

    cutOff = former;
    RaftPeerId next = awaitLeaderBeside(former);
    Await.result(write(next));
    assertThat(read(next)).isEqualTo("2");

    assertThat(read(former)).as("of the former leader, after 2 was read elsewhere").isEqualTo("1");

    // What a read waits for here, by rule R1.
    CompletableFuture<RaftClientReply> barrier = write(former);
    assertThat(read(former)).isEqualTo("1");
    assertThat(barrier).isNotDone();
  }
}
