package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.config.Config;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.metadata.MetadataServer;
import io.shoal.metadata.MetadataServerConfig;
import io.shoal.metadata.MetadataServerSettings;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.DescribeClusterRequest;
import io.shoal.proto.v1.Grant;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a file over a real log and a restart in the middle. */
class RealServerTest {
  @TempDir Path directory;

  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private EventLoops loops;

  @BeforeEach
  void startLoops() throws IOException {
    loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);
    Files.writeString(directory.resolve("secret"), TestServer.SECRET_TEXT);
  }

  @AfterEach
  void stopLoops() {
    loops.close();
    assertThat(faults).isEmpty();
  }

  private MetadataServer start() {
    Config config =
        Config.load(
            MetadataServerSettings.SCHEMA,
            Optional.empty(),
            List.of(
                "port=0",
                "drain-limit=0",
                "data-directory=" + directory.resolve("data"),
                "secret-file=" + directory.resolve("secret"),
                "file.grace=0",
                "grant.lifetime=2s",
                "maintenance.interval=20ms"));
    MetadataServer server =
        MetadataServer.start(
            MetadataServerConfig.of(config, "1"), (where, fault) -> faults.add(fault));
    Await.result(server.serving());
    return server;
  }

  private static TestNode attach(ManagedChannel channel, int number) {
    TestNode node = new TestNode(ClusterServiceGrpc.newStub(channel), number);
    node.register();
    Await.until("node is attached", () -> node.registered() != null);
    return node;
  }

  private static TestPipeline pipeline(ManagedChannel channel) {
    return new TestPipeline(NamespaceServiceGrpc.newStub(channel));
  }

  @Test
  void file_serverRestartedInTheMiddle_livesAndEndsAsPromised() {
    NamespaceReply put;
    Grant grant;
    Grant unused;
    TestPipeline before;
    try (MetadataServer server = start()) {
      ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
      try (TestNode one = attach(channel, 1);
          TestNode two = attach(channel, 2)) {
        before = pipeline(channel).openSession();
        var reserved = before.call(Requests.reserve(before.sessionId(), 2)).getReserveChunks();
        grant = reserved.getGrants(0);
        unused = reserved.getGrants(1);
        put = before.callMutation(Requests.put("/f", grant, 100));
        assertThat(one.nodeId()).isNotEqualTo(two.nodeId());
      } finally {
        channel.shutdownNow();
      }
    }

    try (MetadataServer server = start()) {
      ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
      try (TestNode one = attach(channel, 1);
          TestNode two = attach(channel, 2);
          TestPipeline client = pipeline(channel).resume(before)) {
        // Rule X1: the retry of a commit whose reply was lost gets that reply.
        NamespaceReply again =
            client.call(Requests.put("/f", grant, 100).setStamp(client.lastStamp()));
        assertThat(again.getCommit()).isEqualTo(put.getCommit());
        // A new term gives out new chunks.
        Grant fresh =
            client.call(Requests.reserve(client.sessionId(), 1)).getReserveChunks().getGrants(0);
        assertThat(Requests.chunkIdOf(fresh))
            .isNotEqualTo(Requests.chunkIdOf(grant))
            .isNotEqualTo(Requests.chunkIdOf(unused));
        client.callMutation(Requests.delete("/f"));
        for (TestNode node : List.of(one, two)) {
          Await.until("an order to delete", () -> !node.deletes().isEmpty());
          assertThat(node.deletes().get(0)).containsExactly(Requests.chunkIdOf(grant));
          node.deleted(node.deletes().get(0));
        }
        Await.until(
            "the chunk is gone",
            () ->
                ClusterServiceGrpc.newBlockingStub(channel)
                        .describeCluster(DescribeClusterRequest.getDefaultInstance())
                        .getChunkCount()
                    == 0);
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
