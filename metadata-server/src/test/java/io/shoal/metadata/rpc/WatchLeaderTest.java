package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Whoever asks hears which server leads, also from one that does not. */
class WatchLeaderTest {
  /** What a caller hears. */
  private static final class Heard implements StreamObserver<LeaderNotice> {
    private final List<String> leaders = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();

    @Override
    public void onNext(LeaderNotice notice) {
      leaders.add(notice.getLeader());
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(failure);
    }

    @Override
    public void onCompleted() {
      ended.complete(new AssertionError("ended without a reason"));
    }
  }

  private static Heard watch(TestServer server) {
    Heard heard = new Heard();
    server.asyncCluster().watchLeader(WatchLeaderRequest.getDefaultInstance(), heard);
    Await.until("it is told", () -> !heard.leaders.isEmpty());
    return heard;
  }

  @Test
  void follower_tellsAtOnceAndWhenItComesToLead() {
    try (TestServer server = TestServer.follower()) {
      Heard heard = watch(server);
      assertThat(heard.leaders).containsExactly("10.0.0.7:9200");
      server.lead(1);
      Await.until("it is told", () -> heard.leaders.size() == 2);
      server.loseLeadership(1);
      Await.until("it is told", () -> heard.leaders.size() == 3);
      assertThat(heard.leaders).containsExactly("10.0.0.7:9200", "10.0.0.6:9200", "10.0.0.7:9200");
    }
  }

  @Test
  void nothingNew_isNotTold() {
    try (TestServer server = TestServer.follower()) {
      Heard heard = watch(server);
      server.services.onFollowing(true);
      server.services.onFollowing(false);
      server.lead(1);
      Await.until("it is told", () -> heard.leaders.size() == 2);
    }
  }

  @Test
  void server_isShutDown_callsEnd() {
    try (TestServer server = TestServer.leader()) {
      Heard heard = watch(server);
      server.services.endStreams();
      assertThat(RpcErrors.fromThrowable(Await.result(heard.ended), server.address()).code())
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }
}
