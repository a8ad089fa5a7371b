package io.shoal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class RpcServersTest {
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final EventLoops loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);

  @AfterEach
  void stop() {
    loops.close();
  }

  private RpcServer start(HostPort listen) {
    return RpcServers.start(listen, List.of(), loops, RpcSettings.defaults());
  }

  @Test
  void start_portTaken_saysSo() {
    try (RpcServer first = start(ANY_PORT)) {
      ShoalException failure =
          catchThrowableOfType(
              ShoalException.class, () -> start(new HostPort("127.0.0.1", first.port())));

      assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(failure.getMessage())
          .startsWith("port " + first.port() + " is in use on 127.0.0.1");
    }
  }

  @Test
  void start_hostOfAnotherMachine_saysSo() {
    ShoalException failure =
        catchThrowableOfType(ShoalException.class, () -> start(new HostPort("192.0.2.1", 0)));

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage())
        .startsWith("cannot listen on 192.0.2.1:0 (expected: an address of this machine");
  }

  @Test
  void start_unknownHost_saysSo() {
    ShoalException failure =
        catchThrowableOfType(
            ShoalException.class, () -> start(new HostPort("no-such-host.invalid", 0)));

    assertThat(failure.getMessage()).startsWith("host 'no-such-host.invalid' is unknown");
  }

  @Test
  void health_followsWhatIsSet() {
    try (RpcServer server = start(ANY_PORT)) {
      ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
      HealthGrpc.HealthBlockingStub health =
          HealthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);

      server.setServing("x", true);
      assertThat(statusOf(health, "")).isEqualTo(ServingStatus.SERVING);
      assertThat(statusOf(health, "x")).isEqualTo(ServingStatus.SERVING);
      server.setServing("x", false);
      assertThat(statusOf(health, "x")).isEqualTo(ServingStatus.NOT_SERVING);
      channel.shutdownNow();
    }
  }

  @Test
  void call_thatMeansAnotherCluster_isRefused() {
    AtomicReference<String> own = new AtomicReference<>("");
    try (RpcServer server =
        RpcServers.start(ANY_PORT, List.of(), loops, RpcSettings.defaults(), own::get)) {
      assertThat(codeOfCall(server, "b")).as("the server is in no cluster yet").isEmpty();
      own.set("a");
      assertThat(codeOfCall(server, "a")).isEmpty();
      assertThat(codeOfCall(server, "")).as("the caller takes any").isEmpty();
      assertThat(codeOfCall(server, "b")).contains(ErrorCode.UNAUTHENTICATED);
    }
  }

  private Optional<ErrorCode> codeOfCall(RpcServer server, String clusterId) {
    ManagedChannel channel =
        RpcChannels.open(server.address(), loops, RpcSettings.defaults().withClusterId(clusterId));
    try {
      statusOf(HealthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS), "");
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      ShoalException failure = RpcErrors.fromThrowable(e, server.address());
      assertThat(failure).hasMessageContaining("another cluster").hasMessageContaining(clusterId);
      return Optional.of(failure.code());
    } finally {
      channel.shutdownNow();
    }
  }

  private static ServingStatus statusOf(HealthGrpc.HealthBlockingStub health, String service) {
    return health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
  }

  @Test
  void reflection_listsTheServices() {
    try (RpcServer server = start(ANY_PORT)) {
      ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(channel)
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

      assertThat(Await.result(answer).getListServicesResponse().getServiceList())
          .anyMatch(service -> service.getName().equals("grpc.health.v1.Health"));
      requests.onCompleted();
      channel.shutdownNow();
    }
  }

  @Test
  void close_twice_isHarmless() {
    RpcServer server = start(ANY_PORT);
    int port = server.port();
    server.close();
    server.close();

    assertThat(server.port()).isEqualTo(port);
    start(server.address()).close();
  }
}
