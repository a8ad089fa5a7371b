package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.FilePolicy;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.NodeId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.ReserveChunksRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantPoolTest {
  private static final GrantPool.Limits LIMITS = new GrantPool.Limits(8, 100, 2);

  private final FakeNamespace namespace = new FakeNamespace();
  private final DirectMetadata metadata = new DirectMetadata(namespace);
  private final FakeClock clock = new FakeClock();
  private final NodeSuspicions suspicions = new NodeSuspicions(Duration.ofSeconds(10), clock);
  private final RecordedFaults faults = new RecordedFaults();
  private final GrantPool pool =
      new GrantPool(metadata, suspicions, LIMITS, Duration.ofSeconds(30), clock, faults);

  @AfterEach
  void noFaults() {
    faults.assertNone();
  }

  @Test
  void take_first_oneRequestAndAWholeGrant() {
    GrantedChunk chunk = take();
    assertThat(reservations()).hasSize(1);
    assertThat(chunk.nodes())
        .extracting(GrantedChunk.Node::id)
        .containsExactly(node(1), node(2), node(3));
    assertThat(chunk.nodes().get(0).address()).hasToString("127.0.0.1:7501");
    assertThat(chunk.lengthLimitBytes()).isEqualTo(16 << 20);
    assertThat(chunk.usableUntilNanos() - clock.nanoTime())
        .isEqualTo(Duration.ofSeconds(450).toNanos());
    assertThat(chunk.session()).isEqualTo(Await.result(metadata.session()));
  }

  @Test
  void take_oneAfterAnother_mostNeedNoRequest() {
    Set<Object> ids = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ids.add(take().id());
    }
    assertThat(ids).hasSize(100);
    assertThat(reservations()).hasSizeLessThan(40);
  }

  @Test
  void take_whileOneIsReady_isDoneAtOnceEvenIfTheServerIsSlow() {
    take();
    metadata.hold();
    assertThat(pool.take(FilePolicy.DEFAULT)).isCompleted();
  }

  @Test
  void take_manyWaiting_servedInOrderByFewRequests() {
    metadata.hold();
    List<CompletableFuture<GrantedChunk>> takers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      takers.add(pool.take(FilePolicy.DEFAULT));
    }
    metadata.release();
    List<Long> ids = takers.stream().map(taker -> Await.result(taker).id().value()).toList();
    assertThat(ids).isSorted().doesNotHaveDuplicates();
    assertThat(reservations()).hasSizeLessThan(50);
  }

  @Test
  void take_tooManyWaiting_overloaded() {
    metadata.hold();
    List<CompletableFuture<GrantedChunk>> takers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      takers.add(pool.take(FilePolicy.DEFAULT));
    }
    assertThat(Await.failure(pool.take(FilePolicy.DEFAULT)).code()).isEqualTo(ErrorCode.OVERLOADED);
    metadata.release();
    assertThat(takers).allMatch(CompletableFuture::isDone);
  }

  @Test
  void take_grantOlderThanAQuarterOfItsLife_thrownAway() {
    take();
    clock.advance(Duration.ofSeconds(224));
    int before = reservations().size();
    long requestedBefore = take().requestedAtNanos();
    assertThat(requestedBefore).isLessThan(clock.nanoTime());
    clock.advance(Duration.ofSeconds(226));
    GrantedChunk fresh = take();
    assertThat(fresh.requestedAtNanos()).isEqualTo(clock.nanoTime());
    assertThat(reservations().size()).isGreaterThan(before);
  }

  @Test
  void usedUp_halfOfTheLifePassed_true() {
    GrantedChunk chunk = take();
    clock.advance(Duration.ofSeconds(449));
    assertThat(chunk.usedUp(clock)).isFalse();
    clock.advance(Duration.ofSeconds(1));
    assertThat(chunk.usedUp(clock)).isTrue();
  }

  @Test
  void take_nodeFailedMeanwhile_grantsThatNameItAreThrownAwayAndItIsAvoided() {
    take();
    clock.advance(Duration.ofMillis(1));
    suspicions.reportFailure(node(2));
    assertThat(take().nodes()).extracting(GrantedChunk.Node::id).containsExactly(node(1), node(3));
    assertThat(reservations().get(reservations().size() - 1).getAvoidNodeIdsList())
        .containsExactly(2);
    clock.advance(Duration.ofSeconds(11));
    assertThat(suspicions.suspected()).isEmpty();
  }

  @Test
  void take_sessionLost_opensAnotherAndThrowsOldGrantsAway() {
    GrantedChunk ofTheOld = take();
    namespace.expireSessions();
    GrantedChunk ofTheNew = take();
    assertThat(ofTheNew.session()).isNotEqualTo(ofTheOld.session());
    assertThat(take().session()).isEqualTo(ofTheNew.session());
  }

  @Test
  void take_tooFewNodes_failsThoseWhoWaitAndNobodyLater() {
    metadata.hold();
    CompletableFuture<GrantedChunk> first = pool.take(FilePolicy.DEFAULT);
    CompletableFuture<GrantedChunk> second = pool.take(FilePolicy.DEFAULT);
    metadata.failHeld(ErrorCode.NOT_ENOUGH_NODES);
    assertThat(Await.failure(first).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
    assertThat(second.isDone()).isTrue();
    assertThat(take().nodes()).hasSize(3);
  }

  @Test
  void take_cancelled_itsGrantGoesToTheNext() {
    metadata.hold();
    CompletableFuture<GrantedChunk> cancelled = pool.take(FilePolicy.DEFAULT);
    CompletableFuture<GrantedChunk> next = pool.take(FilePolicy.DEFAULT);
    cancelled.cancel(false);
    metadata.release();
    Await.result(next);
  }

  @Test
  void take_severalPolicies_grantsAreNotMixed() {
    FilePolicy other = new FilePolicy(2, 1, 1 << 20);
    take();
    Await.result(pool.take(other));
    assertThat(reservations().get(0).getPolicy().getReplication()).isZero();
    assertThat(reservations().get(1).getPolicy().getReplication()).isEqualTo(2);
    Await.result(pool.take(new FilePolicy(1, 1, 1 << 20)));
    Await.result(pool.take(new FilePolicy(3, 1, 1 << 20)));
  }

  @Test
  void close_whoWaits_isCancelled() {
    metadata.hold();
    CompletableFuture<GrantedChunk> waiting = pool.take(FilePolicy.DEFAULT);
    pool.close();
    assertThat(Await.failure(waiting).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(Await.failure(pool.take(FilePolicy.DEFAULT)).code()).isEqualTo(ErrorCode.CANCELLED);
    metadata.release();
  }

  private GrantedChunk take() {
    return Await.result(pool.take(FilePolicy.DEFAULT));
  }

  private List<ReserveChunksRequest> reservations() {
    return metadata.requests().stream()
        .filter(NamespaceRequest::hasReserveChunks)
        .map(NamespaceRequest::getReserveChunks)
        .toList();
  }

  private static NodeId node(int id) {
    return new NodeId(id);
  }
}
