package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import io.shoal.proto.v1.StatRequest;
import io.shoal.proto.v1.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What any gRPC client in any language meets: standard services, generated stubs, statuses. */
class ContractTest {
  @TempDir private static Path directory;
  private static EmbeddedCluster cluster;

  @BeforeAll
  static void start() {
    cluster = EmbeddedCluster.in(directory).nodes(1).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void everyServer_tellsItsHealthAndItsServices() {
    assertThat(servicesOf(cluster.metadataServer()))
        .contains("shoal.v1.NamespaceService", "shoal.v1.ClusterService", "grpc.health.v1.Health");
    assertThat(servicesOf(cluster.node(1)))
        .contains("shoal.v1.ChunkService", "grpc.health.v1.Health");
  }

  @Test
  void failure_ofAnUnaryCall_isAStatusThatFits() {
    ManagedChannel channel = open(cluster.metadataServer());
    try {
      NamespaceRequest request =
          NamespaceRequest.newBuilder()
              .setTimeoutMillis(5_000)
              .setStat(StatRequest.newBuilder().setTarget(Target.newBuilder().setPath("/none")))
              .build();
      Throwable thrown =
          catchThrowable(() -> NamespaceServiceGrpc.newBlockingStub(channel).call(request));
      assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
      assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(thrown).hasMessageContaining("/none");
    } finally {
      channel.shutdownNow();
    }
  }

  private static List<String> servicesOf(HostPort server) {
    ManagedChannel channel = open(server);
    try {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      CompletableFuture<List<String>> services = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> asking =
          ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new Services(services));
      asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      List<String> names = Await.result(services);
      asking.onCompleted();
      return names;
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel open(HostPort server) {
    return ManagedChannelBuilder.forAddress(server.host(), server.port()).usePlaintext().build();
  }

  private record Services(CompletableFuture<List<String>> names)
      implements StreamObserver<ServerReflectionResponse> {
    @Override
    public void onNext(ServerReflectionResponse answer) {
      names.complete(
          answer.getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .toList());
    }

    @Override
    public void onError(Throwable failure) {
      names.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      names.completeExceptionally(new IllegalStateException("no answer"));
    }
  }
}
