package io.shoal.client.internal.read;

import static io.shoal.client.internal.simulation.Simulation.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.Collector;
import io.shoal.client.internal.simulation.Patterns;
import io.shoal.client.internal.simulation.SimulatedNode;
import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.NoLeaks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class RangeSubscriptionTest {
  private static final String PATH = "/a/file";
  private static final byte[] BYTES = Patterns.bytes(90 * CHUNK_BYTES + 1_234);

  private Simulation cluster = new Simulation(1);

  @AfterEach
  void end() {
    cluster.close();
  }

  private AsyncFileReader open() {
    cluster.await(cluster.operations().put(ByteBuffer.wrap(BYTES), PATH, PutOptions.DEFAULT));
    return cluster.await(cluster.reads().open(PATH));
  }

  private Collector subscribe(AsyncFileReader reader, long position, long length, long demand) {
    Collector collector = new Collector(demand);
    reader.stream(position, length).subscribe(collector);
    return collector;
  }

  private Collector borrow(AsyncFileReader reader, long position, long length, long demand) {
    Collector collector = Collector.ofBorrowed(demand);
    reader.streamBorrowed(position, length).subscribe(collector);
    return collector;
  }

  private long bytesServed() {
    return cluster.nodes().stream().mapToLong(SimulatedNode::bytesServed).sum();
  }

  private Throwable failureOf(Collector collector) {
    try {
      cluster.await(collector.done());
    } catch (ShoalException failure) {
      return failure;
    } catch (CompletionException failure) {
      return failure.getCause();
    }
    throw new AssertionError("the stream completed");
  }

  @Test
  void stream_whole_deliversInOrder() {
    AsyncFileReader reader = open();
    for (long demand : new long[] {1, 3, Long.MAX_VALUE}) {
      Collector collector = subscribe(reader, 0, Long.MAX_VALUE, demand);
      cluster.await(collector.done());
      assertThat(collector.bytes()).isEqualTo(BYTES);
      assertThat(collector.buffers()).allMatch(ByteBuffer::isReadOnly);
    }
  }

  @Test
  void streamBorrowed_whole_deliversInOrder() {
    AsyncFileReader reader = open();
    for (long demand : new long[] {1, 3, Long.MAX_VALUE}) {
      Collector collector = borrow(reader, 1, Long.MAX_VALUE, demand);
      cluster.await(collector.done());
      assertThat(collector.bytes()).isEqualTo(Arrays.copyOfRange(BYTES, 1, BYTES.length));
    }
  }

  @Test
  void streamBorrowed_buffer_isReadOnlyAndTakenBackAfterwards() {
    AsyncFileReader reader = open();
    List<ByteBuffer> lent = new ArrayList<>();
    Collector collector = Collector.ofBorrowed(0);
    reader
        .streamBorrowed(0, Long.MAX_VALUE)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                collector.onSubscribe(subscription);
                subscription.request(3);
              }

              @Override
              public void onNext(ByteBuffer item) {
                // One who reads it to its end, as a digest does, must not confuse the account.
                collector.onNext(item);
                item.position(item.limit());
                lent.add(item);
              }

              @Override
              public void onError(Throwable failure) {
                collector.onError(failure);
              }

              @Override
              public void onComplete() {
                collector.onComplete();
              }
            });
    cluster.settle();
    assertThat(lent).hasSize(3).allMatch(ByteBuffer::isReadOnly);
    // Three of many are delivered, others wait; the end of the reader takes them back as well.
    cluster.await(reader.close());
    assertThat(failureOf(collector)).isInstanceOf(ShoalException.class);
    assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
    assertThat(collector.bytes()).isEqualTo(Arrays.copyOf(BYTES, collector.bytes().length));
  }

  @Test
  void stream_range_deliversExactlyIt() {
    AsyncFileReader reader = open();
    for (int begin : new int[] {0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 1_000_000}) {
      for (int length : new int[] {1, 4_097, CHUNK_BYTES, 2_500_000}) {
        long before = bytesServed();
        Collector collector = subscribe(reader, begin, length, 2);
        cluster.await(collector.done());
        assertThat(collector.bytes()).isEqualTo(Arrays.copyOfRange(BYTES, begin, begin + length));
        assertThat(bytesServed() - before).isEqualTo(length);
      }
    }
  }

  @Test
  void stream_empty_completesAtOnce() {
    AsyncFileReader reader = open();
    assertThat(cluster.await(subscribe(reader, BYTES.length, 10, 0).done())).isZero();
    assertThat(cluster.await(subscribe(reader, 5, 0, 0).done())).isZero();
  }

  @Test
  void stream_outOfRange_fails() {
    AsyncFileReader reader = open();
    for (long[] range : new long[][] {{-1, 5}, {BYTES.length + 1L, 5}, {0, -5}}) {
      assertThat(failureOf(subscribe(reader, range[0], range[1], 1)))
          .isInstanceOfSatisfying(
              ShoalException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
  }

  @Test
  void stream_withoutDemand_fetchesNothing() {
    subscribe(open(), 0, Long.MAX_VALUE, 0);
    cluster.settle();
    assertThat(bytesServed()).isZero();
  }

  @Test
  void stream_littleDemand_readsAheadWithinBounds() {
    Collector collector = subscribe(open(), 0, Long.MAX_VALUE, 0);
    cluster.settle();
    collector.subscription().request(1);
    cluster.settle();
    assertThat(collector.buffers()).hasSize(1);
    assertThat(bytesServed()).isLessThanOrEqualTo(2 << 20);
    collector.subscription().cancel();
    cluster.settle();
    assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
    assertThat(collector.done()).isNotDone();
  }

  @Test
  void stream_requestOfNothing_failsAsTheSpecificationSays() {
    Collector collector = subscribe(open(), 0, Long.MAX_VALUE, 0);
    cluster.settle();
    collector.subscription().request(0);
    collector.subscription().request(-1);
    assertThat(failureOf(collector)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stream_cancelledAtAnyStep_deliversNothingMore() {
    AsyncFileReader reader = open();
    for (int steps = 3; steps < 200; steps += 5) {
      Collector collector =
          steps % 2 == 0
              ? subscribe(reader, 0, Long.MAX_VALUE, 2)
              : borrow(reader, 0, Long.MAX_VALUE, 2);
      for (int i = 0; i < steps || collector.buffers().isEmpty(); i++) {
        cluster.step();
      }
      collector.subscription().cancel();
      int then = collector.buffers().size();
      cluster.settle();
      assertThat(collector.buffers()).hasSize(then);
      assertThat(collector.done()).isNotDone();
      assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void stream_nodesFail_goesOnWithOthers(Fault fault) {
    AsyncFileReader reader = open();
    for (int frame = 0; frame < 300; frame += 61) {
      cluster.node(3).failAfter(frame, fault);
      Collector collector =
          frame % 2 == 0
              ? subscribe(reader, 0, Long.MAX_VALUE, 1)
              : borrow(reader, 0, Long.MAX_VALUE, 1);
      cluster.await(collector.done());
      assertThat(collector.bytes()).isEqualTo(BYTES);
      cluster.node(3).restart();
    }
  }

  @Test
  void stream_chunkUnreadable_failsOnce() {
    AsyncFileReader reader = open();
    cluster.nodes().forEach(SimulatedNode::kill);
    Collector collector = subscribe(reader, 0, Long.MAX_VALUE, 5);
    assertThat(failureOf(collector))
        .isInstanceOfSatisfying(
            ShoalException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CHUNK_UNREADABLE));
    cluster.settle();
  }

  @Test
  void stream_idleSubscribers_takeNoBudgetFromOthers() {
    AsyncFileReader reader = open();
    List<Collector> idle = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Collector collector = subscribe(reader, 0, Long.MAX_VALUE, 0);
      idle.add(collector);
    }
    cluster.settle();
    idle.forEach(collector -> collector.subscription().request(1));
    cluster.settle();
    assertThat(cluster.resources().budgets().reads().heldBytes()).isLessThanOrEqualTo(2 << 20);
    ByteBuffer target = ByteBuffer.allocate(BYTES.length);
    assertThat(cluster.await(reader.read(0, target))).isEqualTo(BYTES.length);
    Collector busy = subscribe(reader, 0, Long.MAX_VALUE, 1);
    cluster.await(busy.done());
    assertThat(busy.bytes()).isEqualTo(BYTES);
    idle.forEach(collector -> assertThat(collector.buffers()).hasSize(1));
  }

  @Test
  void close_streamUnderWay_failsAsCancelled() {
    AsyncFileReader reader = open();
    Collector collector = subscribe(reader, 0, Long.MAX_VALUE, 1);
    cluster.step();
    cluster.await(reader.close());
    assertThat(failureOf(collector))
        .isInstanceOfSatisfying(
            ShoalException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
  }
}
