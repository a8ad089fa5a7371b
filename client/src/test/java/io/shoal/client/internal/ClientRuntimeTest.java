package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.client.ClientConfig;
import io.shoal.client.FileStatus;
import io.shoal.client.NodeStatus;
import io.shoal.client.ShoalClient;
import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.ClosedPort;
import io.shoal.common.testing.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class ClientRuntimeTest {
  private final FakeNamespace namespace = new FakeNamespace();
  private final FakeMetadataServer server = new FakeMetadataServer(namespace);

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void client_throughAllOfIt_answers() {
    try (ShoalClient client = ShoalClient.create(config())) {
      FileStatus made = Await.result(client.mkdir("/a", false));
      assertThat(Await.result(client.stat("/a/")).inodeId()).isEqualTo(made.inodeId());
      assertThat(Await.result(client.cluster()).defaults().replication()).isEqualTo(3);
      assertThat(Await.result(client.nodes())).extracting(NodeStatus::nodeId).containsExactly(1, 2);
      assertThat(Await.failure(client.stat("relative")).code())
          .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
    assertThat(namespace.sessionCount()).isZero();
  }

  @Test
  void futures_completeOnTheClientsOwnThreads() {
    try (ShoalClient client = ShoalClient.create(config())) {
      String thread =
          Await.result(client.stat("/").thenApply(status -> Thread.currentThread().getName()));
      // The caller's thread, if the answer was faster than the caller.
      assertThat(thread)
          .satisfiesAnyOf(
              name -> assertThat(name).startsWith("shoal-callback-"),
              name -> assertThat(name).isEqualTo(Thread.currentThread().getName()));
    }
  }

  @Test
  void futures_executorOfTheCallers_completeThere() {
    ExecutorService own = Executors.newSingleThreadExecutor(task -> new Thread(task, "mine"));
    CompletableFuture<String> where = new CompletableFuture<>();
    try (ShoalClient client = ShoalClient.create(config().withCallbackExecutor(own))) {
      server.behave(request -> Behaviour.HOLD_REPLY);
      CompletableFuture<FileStatus> stat = client.stat("/");
      var unused = stat.thenRun(() -> where.complete(Thread.currentThread().getName()));
      Await.until("arrived", () -> server.heldCount() == 1);
      server.releaseHeld();
      assertThat(Await.result(where)).isEqualTo("mine");
    } finally {
      own.shutdown();
    }
  }

  @Test
  void close_leavesNoThreads() {
    ShoalClient client = ShoalClient.create(config());
    Await.result(client.mkdir("/a", false));
    assertThat(threads()).isNotEmpty();
    client.close();
    Await.until("threads gone", () -> threads().isEmpty());
  }

  @Test
  void close_withOperationsUnderWay_failsThemWithCancelled() {
    ShoalClient client = ShoalClient.create(config());
    Await.result(client.stat("/"));
    server.behave(request -> Behaviour.IGNORE);
    List<CompletableFuture<FileStatus>> stats = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      stats.add(client.stat("/"));
    }
    Await.result(client.closeAsync());
    stats.forEach(stat -> assertThat(Await.failure(stat).code()).isEqualTo(ErrorCode.CANCELLED));
    assertThat(Await.failure(client.stat("/")).code()).isEqualTo(ErrorCode.CANCELLED);
    client.close();
  }

  @Test
  void close_onACallbackThread_refused() {
    try (ShoalClient client = ShoalClient.create(config())) {
      server.behave(request -> Behaviour.HOLD_REPLY);
      CompletableFuture<Void> closed = client.stat("/").thenRun(client::close);
      Await.until("arrived", () -> server.heldCount() == 1);
      server.releaseHeld();
      assertThatThrownBy(() -> Await.result(closed)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void cancel_ofAReturnedFuture_takesTheRequestBack() {
    try (ShoalClient client = ShoalClient.create(config().withOperationLimit(1))) {
      server.behave(request -> Behaviour.IGNORE);
      CompletableFuture<FileStatus> stuck = client.stat("/");
      CompletableFuture<FileStatus> waiting = client.stat("/");
      assertThat(Await.failure(client.stat("/")).code()).isEqualTo(ErrorCode.OVERLOADED);
      Await.until("arrived", () -> server.received().size() == 1);
      server.behave(request -> Behaviour.SERVE);
      stuck.cancel(false);
      Await.result(waiting);
    }
  }

  @Test
  void create_addressMalformed_refused() {
    assertThatThrownBy(() -> ShoalClient.create(ClientConfig.forCluster("nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'nowhere' (expected: host:port)");
  }

  @Test
  void operation_wrongAddress_clearMessageWithinTheConnectTimeout() {
    try (ClosedPort nobody = new ClosedPort()) {
      ClientConfig config =
          ClientConfig.forCluster(nobody.address().toString())
              .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(2));
      try (ShoalClient client = ShoalClient.create(config)) {
        ShoalException failure = Await.failure(client.stat("/"));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure)
            .hasMessageContaining("cannot reach a metadata server at " + nobody.address())
            .hasMessageContaining("connection refused");
      }
    }
  }

  private ClientConfig config() {
    return ClientConfig.forCluster(server.address().toString());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("shoal-"))
        .toList();
  }
}
