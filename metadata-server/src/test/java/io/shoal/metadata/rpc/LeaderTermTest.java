package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.command.ClusterCommand.ConfigureCluster;
import io.shoal.metadata.command.ClusterCommand.InitCluster;
import io.shoal.metadata.command.ClusterCommand.RotateSigningKey;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeClusterRequest;
import org.junit.jupiter.api.Test;

/** What a leader sees to before it serves. */
class LeaderTermTest {
  @Test
  void begin_newCluster_getsIdentitySettingsAndKeyOnce() {
    try (TestServer server = TestServer.leader()) {
      ClusterQueries cluster = new ClusterQueries(server.log.view());
      assertThat(cluster.identity()).isNotNull();
      assertThat(cluster.settings()).isEqualTo(TestServer.CLUSTER);
      assertThat(cluster.signingKeys()).hasSize(1);
      server.loseLeadership(1);
      server.lead(2);
      assertThat(server.log.countOf(InitCluster.class)).isEqualTo(1);
      assertThat(server.log.countOf(RotateSigningKey.class)).isEqualTo(1);
      assertThat(server.log.countOf(ConfigureCluster.class)).isZero();
    }
  }

  @Test
  void begin_otherSettingsThanConfigured_areReplaced() {
    try (TestServer server = TestServer.leader()) {
      server.loseLeadership(1);
      server.log.apply(new ConfigureCluster(new ClusterSettings(1, 1, 1 << 20, 0, 1_000, 1_000)));
      server.lead(2);
      assertThat(new ClusterQueries(server.log.view()).settings()).isEqualTo(TestServer.CLUSTER);
    }
  }

  @Test
  void begin_logThatRefuses_isAskedAgainAndRequestsAreToldToWait() {
    try (TestServer server = TestServer.follower();
        TestPipeline client = server.pipeline()) {
      server.log.setLeader(true);
      server.log.refuse(command -> command instanceof InitCluster);
      server.services.onLeader(1);
      Await.until("a retry waits", () -> server.clock.pendingTasks() == 1);
      var error = TestPipeline.refused(client.send(Requests.stat("/")), ErrorCode.UNAVAILABLE);
      assertThat(error.getRetryAfterMillis()).isPositive();
      server.log.refuse(command -> false);
      server.clock.advanceMillis(200);
      Await.until(
          "the leader is ready", () -> !Await.result(client.send(Requests.stat("/"))).hasError());
    }
  }

  @Test
  void end_leadershipLost_endsBackgroundWork() {
    try (TestServer server = TestServer.leader()) {
      Await.until("a round has ended", () -> server.clock.pendingTasks() == TestServer.IDLE_TASKS);
      server.loseLeadership(1);
      Await.until("nothing waits", () -> server.clock.pendingTasks() == 0);
      long before = server.log.countOf(MaintenanceCommand.class);
      server.clock.advanceMillis(10_000);
      assertThat(server.log.countOf(MaintenanceCommand.class)).isEqualTo(before);
    }
  }

  @Test
  void describeCluster_leader_tellsIdentityAndLimits() {
    try (TestServer server = TestServer.leader()) {
      DescribeClusterReply reply =
          server.cluster().describeCluster(DescribeClusterRequest.getDefaultInstance());
      assertThat(reply.getClusterId())
          .isEqualTo(new ClusterQueries(server.log.view()).identity().clusterId());
      assertThat(reply.getVersion()).isEqualTo("9.8.7");
      assertThat(reply.getReplication()).isEqualTo(3);
      assertThat(reply.getMinReplicas()).isEqualTo(2);
      assertThat(reply.getChunkSizeBytes()).isEqualTo(1 << 20);
      assertThat(reply.getCommandLimitBytes()).isEqualTo(1 << 20);
      assertThat(reply.getPathLimitBytes()).isEqualTo(4_096);
      assertThat(reply.getInodeCount()).isEqualTo(1);
    }
  }
}
