package io.shoal.metadata.rpc.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.testing.AppliedLog;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server asks another one how far the log is. */
final class LogIndexCallsTest {
  @TempDir private Path directory;
  private final EventLoops loops = EventLoops.start("test", 1, UnpooledByteBufAllocator.DEFAULT);
  private final FakeClock clock = new FakeClock();
  private final AppliedLog log = new AppliedLog(clock);
  private final LogIndexCalls calls = new LogIndexCalls("m2", loops, RpcSettings.defaults());
  private ReplicationRpc service;
  private RpcServer server;

  @BeforeEach
  void start() throws Exception {
    service =
        new ReplicationRpc(
            log,
            new Snapshots(directory, 1),
            () -> CompletableFuture.failedFuture(new AssertionError("not asked for")),
            ClusterSecret.of("0123456789abcdef"),
            new SecureRandom(),
            clock);
    server = listen();
  }

  private RpcServer listen() {
    return RpcServers.start(
        new HostPort("127.0.0.1", 0),
        List.of(service.bindService()),
        loops,
        RpcSettings.defaults());
  }

  @AfterEach
  void stop() {
    calls.close();
    server.close(Duration.ZERO);
    service.close();
    loops.close();
  }

  private CompletableFuture<Long> ask(RpcServer whom) {
    return calls.logIndex(whom.address().toString());
  }

  @Test
  void leader_tellsHowFarItIs() {
    assertThat(Await.result(ask(server))).isEqualTo(Await.result(log.logIndex("m2")));
  }

  @Test
  void notALeader_refuses() {
    log.setLeader(false);
    assertThat(Await.failure(ask(server)).code()).isEqualTo(ErrorCode.NOT_LEADER);
  }

  @Test
  void anotherOneLeads_isAskedNext() {
    Await.result(ask(server));
    RpcServer other = listen();
    assertThat(Await.result(ask(other))).isNotNull();
    server.close(Duration.ZERO);
    assertThat(Await.result(ask(other))).isNotNull();
    assertThat(Await.failure(ask(server)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    other.close(Duration.ZERO);
  }

  @Test
  void closed_asksNobody() {
    calls.close();
    assertThatThrownBy(() -> ask(server))
        .isInstanceOf(ShoalException.class)
        .hasMessageContaining("shuts down");
  }
}
