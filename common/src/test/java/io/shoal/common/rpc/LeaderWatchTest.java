package io.shoal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.shard.Shard;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class LeaderWatchTest {
  private final EventLoops loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);
  private final FakeClock clock = new FakeClock();
  private final RecordedFaults faults = new RecordedFaults();
  private final Shard shard = new Shard("watch", loops.executor(), 1_000, faults);
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final LeaderWatch watch =
      new LeaderWatch(
          server -> RpcChannels.open(server, loops, RpcSettings.defaults()),
          clock,
          shard,
          (term, leader) -> heard.add(term + " " + leader));

  /** A metadata server that says what the test says. */
  private final class Teller extends ClusterServiceGrpc.ClusterServiceImplBase
      implements AutoCloseable {
    private final List<ServerCallStreamObserver<LeaderNotice>> watchers =
        new CopyOnWriteArrayList<>();
    private final RpcServer server =
        RpcServers.start(
            new HostPort("127.0.0.1", 0), List.of(bindService()), loops, RpcSettings.defaults());

    @Override
    public void watchLeader(WatchLeaderRequest request, StreamObserver<LeaderNotice> client) {
      var watcher = (ServerCallStreamObserver<LeaderNotice>) client;
      watcher.setOnCancelHandler(() -> watchers.remove(watcher));
      watchers.add(watcher);
    }

    void say(long term, String leader) {
      watchers.forEach(
          watcher ->
              watcher.onNext(LeaderNotice.newBuilder().setTerm(term).setLeader(leader).build()));
    }

    void breakOff() {
      List.copyOf(watchers)
          .forEach(watcher -> watcher.onError(Status.UNAVAILABLE.asRuntimeException()));
      watchers.clear();
    }

    @Override
    public void close() {
      server.close(Duration.ZERO);
    }
  }

  @AfterEach
  void stop() {
    Await.result(shard.ask(this::end));
    Await.result(shard.close());
    assertThat(clock.pendingTasks()).isZero();
    loops.close();
    faults.assertNone();
  }

  private boolean end() {
    watch.end();
    return true;
  }

  private void begin(HostPort... servers) {
    shard.execute(() -> watch.begin(List.of(servers)));
  }

  private static void await(Teller... tellers) {
    for (Teller teller : tellers) {
      Await.until("it is asked", () -> teller.watchers.size() == 1);
    }
  }

  @Test
  void notices_ofAllServers_areHeard() {
    try (Teller one = new Teller();
        Teller other = new Teller()) {
      begin(one.server.address(), other.server.address());
      await(one, other);
      one.say(1, "a.example:1");
      Await.until("heard", () -> heard.size() == 1);
      other.say(2, "b.example:2");
      Await.until("heard", () -> heard.size() == 2);
      one.say(2, "b.example:2");
      Await.until("heard", () -> heard.size() == 3);
      assertThat(heard).containsExactly("1 a.example:1", "2 b.example:2", "2 b.example:2");
    }
  }

  @Test
  void notice_withoutALeaderOrWithNonsense_isNone() {
    try (Teller one = new Teller()) {
      begin(one.server.address());
      await(one);
      one.say(1, "");
      one.say(2, "no address");
      one.say(3, "a.example:1");
      Await.until("heard", () -> !heard.isEmpty());
      assertThat(heard).containsExactly("3 a.example:1");
    }
  }

  @Test
  void stream_breaks_isOpenedAgainAfterAWhile() {
    try (Teller one = new Teller()) {
      begin(one.server.address());
      await(one);
      one.breakOff();
      Await.until("it waits", () -> clock.pendingTasks() == 1);
      clock.advanceMillis(999);
      assertThat(one.watchers).isEmpty();
      clock.advanceMillis(1);
      await(one);
      one.say(4, "a.example:1");
      Await.until("heard", () -> !heard.isEmpty());
    }
  }

  @Test
  void end_closesWhatIsOpen_andItMayBeginAgain() {
    try (Teller one = new Teller()) {
      begin(one.server.address());
      await(one);
      Await.result(shard.ask(this::end));
      Await.until("it is left", one.watchers::isEmpty);
      begin(one.server.address());
      await(one);
    }
  }
}
