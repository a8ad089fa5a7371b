package io.shoal.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.config.Config;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeClusterRequest;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.SessionStamp;
import io.shoal.proto.v1.StatRequest;
import io.shoal.proto.v1.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server with a real log and state, and a plain gRPC client in front. */
final class MetadataServerTest {
  @TempDir Path directory;

  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private EventLoops loops;

  @BeforeEach
  void startLoops() throws IOException {
    loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);
    Files.writeString(directory.resolve("secret"), "0123456789abcdef");
  }

  @AfterEach
  void stopLoops() {
    loops.close();
    assertThat(faults).isEmpty();
  }

  @Test
  void start_emptyDirectory_foundsAClusterThatSurvivesARestart() {
    String clusterId;
    try (MetadataServer server = serving();
        Client client = new Client(server)) {
      clusterId = server.clusterId();
      assertThat(client.clusterId()).isEqualTo(clusterId);
      assertThat(client.health()).isEqualTo(ServingStatus.SERVING);
      client.mkdirs("/b");
      assertThat(client.stat("/b").hasError()).isFalse();
    }
    try (MetadataServer server = serving();
        Client client = new Client(server)) {
      assertThat(server.clusterId()).isEqualTo(clusterId);
      assertThat(client.clusterId()).isEqualTo(clusterId);
      assertThat(client.exists("/b")).isTrue();
      assertThat(client.exists("/c")).isFalse();
    }
  }

  @Test
  void start_directoryInUse_isRefusedAndHarmsNobody() {
    try (MetadataServer server = serving();
        Client client = new Client(server)) {
      assertThat(refusal().code()).isEqualTo(ErrorCode.UNAVAILABLE);
      client.mkdirs("/a");
    }
  }

  @Test
  void start_otherCluster_isRefused() {
    serving().close();

    ShoalException refused = refusal("cluster-id=00000000-0000-0000-0000-000000000001");

    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused).hasMessageContaining("belongs to cluster");
  }

  @Test
  void start_oneOfSeveral_mayNotBeginWithNothing_unlessItWasFormatted() throws IOException {
    int raftPort;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      raftPort = socket.getLocalPort();
    }
    String[] shared = {
      "peer-id=m1",
      "peers=m1=127.0.0.1:7400/" + raftPort + ",m2=127.0.0.1:7402/1,m3=127.0.0.1:7404/1"
    };
    ShoalException refused = refusal(shared);
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused).hasMessageContaining("is empty").hasMessageContaining("--format");

    List<String> named = new ArrayList<>(List.of(shared));
    assertThat(
            catchThrowableOfType(ShoalException.class, () -> MetadataServer.format(config(shared))))
        .hasMessageContaining("cluster-id: none");
    named.add("cluster-id=00000000-0000-0000-0000-000000000001");
    String[] founding = named.toArray(String[]::new);
    MetadataServer.format(config(founding));
    MetadataServer.format(config(founding));
    start(founding).close();
  }

  @Test
  void start_peersThatDoNotGoTogether_areRefused() {
    for (String peers :
        List.of(
            "m1=127.0.0.1:1/2,m2=127.0.0.1:3/0,m3=127.0.0.1:5/6",
            "m2=127.0.0.1:1/2,m3=127.0.0.1:3/4,m4=127.0.0.1:5/6",
            "m1=127.0.0.1:1/2,m1=127.0.0.1:3/4,m2=127.0.0.1:5/6",
            "m1=127.0.0.1:1",
            "127.0.0.1:1/2")) {
      assertThat(refusal("peers=" + peers))
          .as(peers)
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageNotContaining("is empty");
    }
    String[] two = {
      "cluster-id=00000000-0000-0000-0000-000000000001", "peers=m1=127.0.0.1:1/2,m2=127.0.0.1:3/4"
    };
    assertThat(catchThrowableOfType(ShoalException.class, () -> MetadataServer.format(config(two))))
        .hasMessageContaining("expected of a new cluster: 3 or 5");
  }

  @Test
  void start_takenPort_isRefusedAndCanBeTriedAgain() {
    try (MetadataServer server = serving()) {
      ShoalException refused =
          refusal("port=" + server.port(), "data-directory=" + directory.resolve("other"));
      assertThat(refused).hasMessageContaining("in use");
    }
    start("data-directory=" + directory.resolve("other")).close();
  }

  @Test
  void start_settingsChanged_areThoseOfTheCluster() {
    serving().close();
    try (MetadataServer server = serving("file.replication=5", "file.min-replicas=4");
        Client client = new Client(server)) {
      assertThat(client.describe().getReplication()).isEqualTo(5);
      assertThat(client.describe().getMinReplicas()).isEqualTo(4);
    }
  }

  @Test
  void shippedConfiguration_isTheTemplate() throws IOException {
    Path shipped = Path.of("../scripts/conf/metadata-server.conf");

    assertThat(Files.readString(shipped)).isEqualTo(MetadataServerSettings.SCHEMA.template());
  }

  private MetadataServer serving(String... overrides) {
    MetadataServer server = start(overrides);
    Await.result(server.serving());
    return server;
  }

  private MetadataServerConfig config(String... overrides) {
    List<String> values =
        new ArrayList<>(
            List.of(
                "port=0",
                "drain-limit=0",
                "data-directory=" + directory.resolve("data"),
                "secret-file=" + directory.resolve("secret")));
    values.addAll(List.of(overrides));
    return MetadataServerConfig.of(
        Config.load(MetadataServerSettings.SCHEMA, Optional.empty(), values), "1.2.3");
  }

  private MetadataServer start(String... overrides) {
    return MetadataServer.start(config(overrides), (where, fault) -> faults.add(fault));
  }

  private ShoalException refusal(String... overrides) {
    return catchThrowableOfType(ShoalException.class, () -> start(overrides).close());
  }

  /** What any gRPC client can do. */
  private final class Client implements AutoCloseable {
    private final ManagedChannel channel;
    private final NamespaceServiceGrpc.NamespaceServiceBlockingStub namespace;

    Client(MetadataServer server) {
      channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
      namespace = NamespaceServiceGrpc.newBlockingStub(channel);
    }

    ServingStatus health() {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    }

    DescribeClusterReply describe() {
      return ClusterServiceGrpc.newBlockingStub(channel)
          .describeCluster(DescribeClusterRequest.getDefaultInstance());
    }

    String clusterId() {
      return describe().getClusterId();
    }

    void mkdirs(String path) {
      long session =
          call(request().setOpenSession(OpenSessionRequest.newBuilder().setNonce(7)))
              .getOpenSession()
              .getSessionId();
      call(
          request()
              .setStamp(
                  SessionStamp.newBuilder()
                      .setSessionId(session)
                      .setSequence(1)
                      .setFirstUnacknowledged(1))
              .setMkdirs(MkdirsRequest.newBuilder().setPath(path)));
    }

    NamespaceReply stat(String path) {
      return call(
          request().setStat(StatRequest.newBuilder().setTarget(Target.newBuilder().setPath(path))));
    }

    boolean exists(String path) {
      try {
        stat(path);
        return true;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        return false;
      }
    }

    private NamespaceRequest.Builder request() {
      return NamespaceRequest.newBuilder().setRequestId(1).setTimeoutMillis(10_000);
    }

    private NamespaceReply call(NamespaceRequest.Builder request) {
      return namespace.call(request.build());
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
