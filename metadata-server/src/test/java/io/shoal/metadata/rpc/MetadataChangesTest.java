package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.ChangeMetadataRequest;
import io.shoal.proto.v1.DescribeMetadataRequest;
import io.shoal.proto.v1.MetadataServerAddress;
import io.shoal.proto.v1.MetadataServerDescription;
import io.shoal.proto.v1.TransferLeadershipRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a client may ask of the group of metadata servers. */
class MetadataChangesTest {
  private static final MetadataServerAddress COMES =
      MetadataServerAddress.newBuilder()
          .setId("m3")
          .setHost("10.0.0.8")
          .setPort(9_200)
          .setRaftPort(9_201)
          .build();

  private static ShoalException failureOf(TestServer server, ThrowingCallable call) {
    return RpcErrors.fromThrowable(catchThrowable(call), server.address());
  }

  private static void change(TestServer server, MetadataServerAddress added, String removed) {
    ChangeMetadataRequest.Builder request = ChangeMetadataRequest.newBuilder();
    if (added != null) {
      request.setAdded(added);
    }
    var unused = server.cluster().changeMetadata(request.setRemovedId(removed).build());
  }

  private static void transfer(TestServer server, String id) {
    var unused =
        server
            .cluster()
            .transferLeadership(TransferLeadershipRequest.newBuilder().setId(id).build());
  }

  @Test
  void describe_tellsOfAllServers() {
    try (TestServer server = TestServer.leader()) {
      assertThat(
              server
                  .cluster()
                  .describeMetadata(DescribeMetadataRequest.getDefaultInstance())
                  .getServersList())
          .containsExactly(
              MetadataServerDescription.newBuilder()
                  .setId("m1")
                  .setAddress("10.0.0.6:9200")
                  .setLeads(true)
                  .setCommittedIndex(7)
                  .build(),
              MetadataServerDescription.newBuilder()
                  .setId("m2")
                  .setAddress("10.0.0.7:9200")
                  .setCommittedIndex(5)
                  .setSilentMillis(1_200)
                  .build());
    }
  }

  @Test
  void changeAndTransfer_arePassedOn() {
    try (TestServer server = TestServer.leader()) {
      change(server, COMES, "");
      change(server, null, "m2");
      change(server, COMES, "m2");
      transfer(server, "m2");
      transfer(server, "");
      assertThat(server.log.group().asked())
          .containsExactly(
              "+m3=10.0.0.8:9200/9201 -", "+ -m2", "+m3=10.0.0.8:9200/9201 -m2", "to m2", "to any");
      assertThat(failureOf(server, () -> transfer(server, "m7")).code())
          .isEqualTo(ErrorCode.NOT_FOUND);
    }
  }

  @Test
  void malformed_isRefused_andNotPassedOn() {
    try (TestServer server = TestServer.leader()) {
      ThrowingCallable[] calls = {
        () -> change(server, null, ""),
        () -> change(server, COMES.toBuilder().setId("m 3").build(), ""),
        () -> change(server, COMES.toBuilder().setHost("").build(), ""),
        () -> change(server, COMES.toBuilder().setPort(0).build(), ""),
        () -> change(server, COMES.toBuilder().setRaftPort(70_000).build(), "")
      };
      for (ThrowingCallable call : calls) {
        assertThat(failureOf(server, call).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      }
      assertThat(server.log.group().asked()).isEmpty();
    }
  }

  @Test
  void follower_refuses_andNamesTheLeader() {
    try (TestServer server = TestServer.follower()) {
      ShoalException refused = failureOf(server, () -> change(server, COMES, ""));
      assertThat(refused.code()).isEqualTo(ErrorCode.NOT_LEADER);
      assertThat(refused.subject()).isEqualTo("10.0.0.7:9200");
      assertThat(server.log.group().asked()).isEmpty();
    }
  }
}
