package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.shoal.client.AsyncFileReader;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.InodeVersion;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.Precondition;
import io.shoal.proto.v1.PublishRequest;
import io.shoal.proto.v1.SessionStamp;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Offsets beyond 2^31 and 2^32, without so many bytes: the map of a file of some MiB is cloned
 * again and again into another one, by a plain gRPC client with generated stubs, which is also how
 * any other language would talk to a server.
 */
class LargeOffsetsTest {
  private static final int CHUNK = 16 << 20;
  private static final int LENGTH = 3 * CHUNK + 4_321;
  private static final int CLONES = 100;

  @TempDir private Path directory;

  @Test
  void read_beyondFourGibibytes_givesTheBytesThatBelongThere() {
    try (EmbeddedCluster cluster =
            EmbeddedCluster.in(directory)
                .metadata("file.chunk-size=16MiB")
                .metadata("session.lifetime=30s")
                .start();
        ShoalClient client = cluster.newClient()) {
      ByteBuffer content = Bytes.random(LENGTH, 11);
      FileStatus source = Await.result(client.put(content, "/source", PutOptions.DEFAULT));
      new Cloning(cluster).run(source);

      AsyncFileReader reader = Await.result(client.open("/large"));
      long length = (long) LENGTH * CLONES;
      assertThat(length).isGreaterThan(1L << 32);
      assertThat(reader.status().length()).isEqualTo(length);
      for (long position :
          new long[] {
            0, (1L << 31) - 5, (1L << 31) + 1, (1L << 32) - 5, (1L << 32) + 7, length - 10
          }) {
        ByteBuffer back = ByteBuffer.allocate(10);
        assertThat(Await.result(reader.read(position, back))).isEqualTo(10);
        for (int i = 0; i < 10; i++) {
          assertThat(back.get(i))
              .as("byte %d", position + i)
              .isEqualTo(content.get((int) ((position + i) % LENGTH)));
        }
      }
      assertThat(Await.result(client.layout("/large")).extents()).hasSize(4 * CLONES);
      assertThat(Await.result(client.copy("/large", "/copy", PutOptions.DEFAULT)).length())
          .isEqualTo(length);
    }
  }

  /** Talks to the server as a program without Shoal's client library would. */
  private static final class Cloning {
    private final EmbeddedCluster cluster;
    private long sequence;
    private long session;

    Cloning(EmbeddedCluster cluster) {
      this.cluster = cluster;
    }

    void run(FileStatus source) {
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", cluster.metadataServer().port())
              .usePlaintext()
              .build();
      try {
        clone(NamespaceServiceGrpc.newBlockingStub(channel), source);
      } finally {
        channel.shutdownNow();
      }
    }

    private void clone(NamespaceServiceGrpc.NamespaceServiceBlockingStub stub, FileStatus source) {
      session =
          stub.call(
                  NamespaceRequest.newBuilder()
                      .setTimeoutMillis(10_000)
                      .setOpenSession(
                          OpenSessionRequest.newBuilder().setClientName("stock").setNonce(5))
                      .build())
              .getOpenSession()
              .getSessionId();
      Precondition absent = Precondition.newBuilder().setAbsent(true).build();
      io.shoal.proto.v1.FileStatus made =
          mutate(
                  stub,
                  NamespaceRequest.newBuilder()
                      .setCreateFile(
                          CreateFileRequest.newBuilder().setPath("/large").setPrecondition(absent)))
              .getCreateFile()
              .getStatus();
      for (int i = 0; i < CLONES; i++) {
        CloneRequest clone =
            CloneRequest.newBuilder()
                .setSource(version(source.inodeId(), source.generation()))
                .setExtentLimit(4_096)
                .setDestination(version(made.getInodeId(), made.getGeneration()))
                .build();
        made = mutate(stub, NamespaceRequest.newBuilder().setClone(clone)).getClone().getStatus();
      }
      CommitRequest publish =
          CommitRequest.newBuilder()
              .setVersion(version(made.getInodeId(), made.getGeneration()))
              .setPublish(PublishRequest.newBuilder().setPath("/large").setPrecondition(absent))
              .build();
      mutate(stub, NamespaceRequest.newBuilder().setCommit(publish));
    }

    private NamespaceReply mutate(
        NamespaceServiceGrpc.NamespaceServiceBlockingStub stub, NamespaceRequest.Builder request) {
      sequence++;
      SessionStamp stamp =
          SessionStamp.newBuilder()
              .setSessionId(session)
              .setSequence(sequence)
              .setFirstUnacknowledged(sequence)
              .build();
      return stub.call(
          request.setRequestId(sequence).setTimeoutMillis(10_000).setStamp(stamp).build());
    }

    private static InodeVersion version(long inodeId, long generation) {
      return InodeVersion.newBuilder().setInodeId(inodeId).setGeneration(generation).build();
    }
  }
}
