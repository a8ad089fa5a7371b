package io.shoal.client.internal.read;

import static io.shoal.client.internal.simulation.Simulation.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.Patterns;
import io.shoal.client.internal.simulation.SimulatedNode;
import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.Property;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class FileReaderTest {
  private static final String PATH = "/a/file";
  private static final byte[] BYTES = Patterns.bytes(5 * CHUNK_BYTES + 1_234);

  private Simulation cluster = new Simulation(1);

  @AfterEach
  void end() {
    cluster.close();
  }

  private AsyncFileReader open(byte[] content) {
    cluster.await(cluster.operations().put(ByteBuffer.wrap(content), PATH, PutOptions.DEFAULT));
    return cluster.await(cluster.reads().open(PATH));
  }

  private byte[] read(AsyncFileReader reader, long position, int length) {
    ByteBuffer target = ByteBuffer.allocate(length);
    assertThat(cluster.await(reader.read(position, target))).isEqualTo(length);
    assertThat(target.hasRemaining()).isFalse();
    return target.array();
  }

  private long bytesServed() {
    return cluster.nodes().stream().mapToLong(SimulatedNode::bytesServed).sum();
  }

  private List<Integer> holdersOf(int extent) {
    return cluster.metadata().holders(chunkOf(extent));
  }

  private long chunkOf(int extent) {
    return cluster.metadata().extents(PATH).get(extent).getChunkId();
  }

  @Test
  void read_anyRange_isWhatWasWritten() {
    AsyncFileReader reader = open(BYTES);
    assertThat(reader.status().length()).isEqualTo(BYTES.length);
    Property.check(
        200,
        random -> {
          int begin = random.nextInt(BYTES.length);
          int length = random.nextInt(1, BYTES.length - begin + 1);
          assertThat(read(reader, begin, length))
              .isEqualTo(Arrays.copyOfRange(BYTES, begin, begin + length));
        });
  }

  @Test
  void read_fetchesExactlyWhatWasAsked() {
    AsyncFileReader reader = open(BYTES);
    read(reader, CHUNK_BYTES - 50, 100);
    assertThat(bytesServed()).isEqualTo(100);
  }

  @Test
  void read_atTheEdges_answersAsPromised() {
    AsyncFileReader reader = open(BYTES);
    ByteBuffer beyond = ByteBuffer.allocate(100);
    assertThat(cluster.await(reader.read(BYTES.length - 10, beyond))).isEqualTo(10);
    assertThat(beyond.position()).isEqualTo(10);
    assertThat(cluster.await(reader.read(BYTES.length, beyond))).isEqualTo(-1);
    assertThat(cluster.await(reader.read(Long.MAX_VALUE, beyond))).isEqualTo(-1);
    assertThat(cluster.await(reader.read(0, ByteBuffer.allocate(0)))).isZero();
    assertThat(cluster.awaitFailure(reader.read(-1, beyond)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(cluster.awaitFailure(reader.read(0, beyond.asReadOnlyBuffer())).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void read_intoTheMiddleOfADirectBuffer_leavesTheRestAlone() {
    AsyncFileReader reader = open(BYTES);
    ByteBuffer target = ByteBuffer.allocateDirect(300);
    target.position(100).limit(200);
    assertThat(cluster.await(reader.read(CHUNK_BYTES - 30, target))).isEqualTo(100);
    assertThat(target.position()).isEqualTo(200);
    target.clear();
    for (int i = 0; i < 300; i++) {
      byte expected = i >= 100 && i < 200 ? BYTES[CHUNK_BYTES - 30 + i - 100] : 0;
      assertThat(target.get(i)).isEqualTo(expected);
    }
  }

  @Test
  void open_emptyOrMissing_answersAsPromised() {
    AsyncFileReader reader = open(new byte[0]);
    assertThat(cluster.await(reader.read(0, ByteBuffer.allocate(1)))).isEqualTo(-1);
    assertThat(cluster.awaitFailure(cluster.reads().open("/none")).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  // --------------------------------------------------------------------------------------- faults

  @ParameterizedTest
  @EnumSource(Fault.class)
  void read_oneNodeFailsAtAnyFrame_goesOnAtTheSameOffset(Fault fault) {
    cluster.close();
    for (int frame = 0; frame < 12; frame++) {
      cluster = new Simulation(frame);
      AsyncFileReader reader = open(BYTES);
      for (int node = 1; node <= 2; node++) {
        cluster.node(node).failAfter(frame, fault);
      }
      assertThat(read(reader, 0, BYTES.length)).isEqualTo(BYTES);
      cluster.close();
    }
    cluster = new Simulation(1);
  }

  @Test
  void read_failOver_fetchesNothingTwice() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    holdersOf(0).forEach(holder -> cluster.node(holder).failAfter(3, Fault.BREAK));
    assertThat(read(reader, 0, CHUNK_BYTES)).isEqualTo(Arrays.copyOf(BYTES, CHUNK_BYTES));
    // At most what was on its way when the streams broke.
    assertThat(bytesServed()).isLessThanOrEqualTo(CHUNK_BYTES + 6 * (8 << 10));
  }

  @Test
  void read_replicasLost_turnsToTheLastOne() {
    AsyncFileReader reader = open(BYTES);
    List<Integer> holders = holdersOf(0);
    cluster.node(holders.get(0)).lose(chunkOf(0));
    cluster.node(holders.get(1)).lose(chunkOf(0));
    assertThat(read(reader, 0, 100)).isEqualTo(Arrays.copyOf(BYTES, 100));
    assertThat(cluster.suspicions().suspected()).isEmpty();
  }

  @Test
  void read_replicasShort_turnsToTheLastOne() {
    AsyncFileReader reader = open(BYTES);
    List<Integer> holders = holdersOf(0);
    cluster.node(holders.get(0)).shorten(chunkOf(0), 99);
    cluster.node(holders.get(2)).shorten(chunkOf(0), 0);
    assertThat(read(reader, 0, 100)).isEqualTo(Arrays.copyOf(BYTES, 100));
    // Rule D4: the end of a replica is never the end of the file.
    cluster.node(holders.get(1)).shorten(chunkOf(0), 50);
    ShoalException failure = cluster.awaitFailure(reader.read(0, ByteBuffer.allocate(100)));
    assertThat(failure.code()).isEqualTo(ErrorCode.CHUNK_UNREADABLE);
    assertThat(failure.getMessage()).contains("REPLICA_SHORT");
    assertThat(cluster.metadata().count(RequestCase.LOCATE)).isEqualTo(3);
  }

  @Test
  void read_chunkWasMoved_asksWhereItIs() {
    AsyncFileReader reader = open(BYTES);
    List<Integer> holders = holdersOf(0);
    SimulatedNode other =
        cluster.nodes().stream()
            .filter(node -> !holders.contains(node.id().value()))
            .findFirst()
            .orElseThrow();
    other.adopt(chunkOf(0), cluster.node(holders.get(0)));
    holders.forEach(holder -> cluster.node(holder).lose(chunkOf(0)));
    cluster.metadata().moveChunk(chunkOf(0), other.id());
    assertThat(read(reader, 10, 100)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 110));
    assertThat(cluster.metadata().count(RequestCase.LOCATE)).isEqualTo(1);
  }

  @Test
  void read_noReplicaLeft_namesChunkAndNodes() {
    AsyncFileReader reader = open(BYTES);
    List<Integer> holders = holdersOf(0);
    holders.forEach(holder -> cluster.node(holder).kill());
    long begin = cluster.clock().nanoTime();
    ByteBuffer target = ByteBuffer.allocate(100);
    ShoalException failure = cluster.awaitFailure(reader.read(0, target));
    assertThat(failure.code()).isEqualTo(ErrorCode.CHUNK_UNREADABLE);
    assertThat(failure.subject()).isEqualTo("chunk " + Long.toHexString(chunkOf(0)));
    holders.forEach(holder -> assertThat(failure.getMessage()).contains("node " + holder + " "));
    assertThat(target.position()).isZero();
    assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
        .isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void read_nodesComeBackSoon_succeeds() {
    AsyncFileReader reader = open(BYTES);
    cluster.nodes().forEach(SimulatedNode::kill);
    CompletableFuture<Integer> read = reader.read(0, ByteBuffer.allocate(100));
    cluster.settle();
    assertThat(read).isNotDone();
    cluster.nodes().forEach(SimulatedNode::restart);
    assertThat(cluster.await(read)).isEqualTo(100);
  }

  @Test
  void read_stalledNode_isLeftBeforeTheStallTimeout() {
    AsyncFileReader reader = open(BYTES);
    holdersOf(0).stream().limit(2).forEach(holder -> cluster.node(holder).stall());
    long begin = cluster.clock().nanoTime();
    read(reader, 0, 100);
    assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
        .isLessThanOrEqualTo(cluster.resources().config().stallTimeout());
  }

  @Test
  void read_chunkReclaimed_failsWithGenerationGone() {
    AsyncFileReader reader = open(BYTES);
    holdersOf(0).forEach(holder -> cluster.node(holder).lose(chunkOf(0)));
    cluster.metadata().forgetChunk(chunkOf(0));
    assertThat(cluster.awaitFailure(reader.read(0, ByteBuffer.allocate(1))).code())
        .isEqualTo(ErrorCode.GENERATION_GONE);
  }

  // --------------------------------------------------------------------------------------- hedging

  /** Reads until it is known how long a read takes; returns how many that were. */
  private int warmUp(AsyncFileReader reader) {
    cluster.nodes().forEach(node -> node.delay(Duration.ofMillis(1)));
    for (int i = 0; i < 200; i++) {
      read(reader, i, 100);
    }
    return 200;
  }

  private Duration timed(Runnable task) {
    long begin = cluster.clock().nanoTime();
    task.run();
    return Duration.ofNanos(cluster.clock().nanoTime() - begin);
  }

  @Test
  void read_oneNodeIsLate_isHedgedOnceAndThenAvoided() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    warmUp(reader);
    SimulatedNode late = cluster.node(holdersOf(0).get(0));
    late.delay(Duration.ofMillis(500));
    for (int i = 0; i < 100; i++) {
      int position = i;
      assertThat(timed(() -> read(reader, position, 100))).isLessThan(Duration.ofMillis(10));
    }
    int asked = late.streamsOpened();
    for (int i = 0; i < 100; i++) {
      read(reader, i, 100);
    }
    assertThat(late.streamsOpened()).isEqualTo(asked);
  }

  @Test
  void read_lateNodeIsItselfAgain_getsReadsAgain() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    warmUp(reader);
    SimulatedNode late = cluster.node(holdersOf(0).get(0));
    late.delay(Duration.ofMillis(500));
    for (int i = 0; i < 100; i++) {
      read(reader, i, 100);
    }
    late.delay(Duration.ofMillis(1));
    for (int i = 0; i < 10; i++) {
      cluster.clock().advanceMillis(1_000);
      read(reader, i, 100);
    }
    int asked = late.streamsOpened();
    for (int i = 0; i < 100; i++) {
      read(reader, i, 100);
    }
    assertThat(late.streamsOpened()).isGreaterThan(asked + 10);
  }

  @Test
  void read_allNodesAreLate_hedgesNoMoreThanTheBudget() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    int reads = warmUp(reader);
    int opened = streamsOpened();
    cluster.nodes().forEach(node -> node.delay(Duration.ofMillis(100)));
    for (int i = 0; i < 1_000; i++) {
      read(reader, i, 100);
    }
    int hedges = streamsOpened() - opened - 1_000;
    // The reads of the warm-up have earned some, the hedges themselves are reads.
    int allowed = HedgeBudget.SAVED_LIMIT + (reads + 1_000 + hedges) * 5 / 100;
    assertThat(hedges).isBetween(1, allowed);
  }

  @Test
  void read_nodeIsLateInTheMiddleOfALongRange_goesOnFromAnother() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    warmUp(reader);
    holdersOf(0).stream()
        .limit(2)
        .forEach(holder -> cluster.node(holder).failAfter(4, Fault.STALL));
    assertThat(
            timed(
                () ->
                    assertThat(read(reader, 0, CHUNK_BYTES))
                        .isEqualTo(Arrays.copyOf(BYTES, CHUNK_BYTES))))
        .isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void read_hedgeFails_theLateNodeIsStillHeard() {
    AsyncFileReader reader = open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    List<Integer> holders = holdersOf(0);
    holders.forEach(holder -> cluster.node(holder).delay(Duration.ofMillis(400)));
    // Whichever is asked first, the hedge meets a node that has lost the chunk, or the other way.
    holders.stream().limit(2).forEach(holder -> cluster.node(holder).lose(chunkOf(0)));
    for (int i = 0; i < 20; i++) {
      assertThat(read(reader, i, 100)).isEqualTo(Arrays.copyOfRange(BYTES, i, i + 100));
    }
    assertThat(cluster.metadata().count(RequestCase.LOCATE)).isZero();
  }

  private int streamsOpened() {
    return cluster.nodes().stream().mapToInt(SimulatedNode::streamsOpened).sum();
  }

  // ---------------------------------------------------------------------------------- large files

  private byte[] writeInManyExtents(int count) {
    AsyncFileWriter writer = cluster.await(cluster.operations().create(PATH, PutOptions.DEFAULT));
    byte[] bytes = Patterns.bytes(20 * count);
    for (int i = 0; i < count; i++) {
      var unused = writer.write(ByteBuffer.wrap(bytes, 20 * i, 20));
      cluster.await(writer.flush());
    }
    cluster.await(writer.close());
    return bytes;
  }

  @Test
  void read_mapOfManyPages_fetchesThemWhenNeeded() {
    byte[] bytes = writeInManyExtents(1_200);
    AsyncFileReader reader = cluster.await(cluster.reads().open(PATH));
    assertThat(read(reader, 0, 100)).isEqualTo(Arrays.copyOf(bytes, 100));
    assertThat(cluster.metadata().count(RequestCase.EXTENTS)).isZero();
    assertThat(read(reader, 0, bytes.length)).isEqualTo(bytes);
    assertThat(cluster.metadata().count(RequestCase.EXTENTS)).isEqualTo(2);
    assertThat(read(reader, 0, bytes.length)).isEqualTo(bytes);
    assertThat(cluster.metadata().count(RequestCase.EXTENTS)).isEqualTo(2);
  }

  @Test
  void read_alteredSinceItWasOpened_failsWithGenerationGone() {
    writeInManyExtents(600);
    AsyncFileReader reader = cluster.await(cluster.reads().open(PATH));
    cluster.metadata().raiseGeneration(PATH);
    assertThat(cluster.awaitFailure(reader.read(20 * 550, ByteBuffer.allocate(1))).code())
        .isEqualTo(ErrorCode.GENERATION_GONE);
  }

  @Test
  void read_beyondFourGiB_findsTheRightByte() {
    open(Arrays.copyOf(BYTES, CHUNK_BYTES));
    List<Extent> extents = new ArrayList<>();
    for (long i = 0; i < 70_000; i++) {
      extents.add(
          Extent.newBuilder()
              .setFileOffset(i * CHUNK_BYTES)
              .setLength(CHUNK_BYTES)
              .setChunkId(chunkOf(0))
              .build());
    }
    cluster.metadata().addFile("/large", extents, Attributes.getDefaultInstance());
    AsyncFileReader reader = cluster.await(cluster.reads().open("/large"));
    for (long position : new long[] {(1L << 31) - 5, 1L << 31, (1L << 32) - 5, (1L << 32) + 77}) {
      byte[] read = read(reader, position, 200);
      for (int i = 0; i < read.length; i++) {
        assertThat(read[i]).isEqualTo(BYTES[(int) ((position + i) % CHUNK_BYTES)]);
      }
    }
  }

  // ------------------------------------------------------------------------------------------ end

  @Test
  void read_cancelledAtAnyStep_leavesTheBufferAloneAndHoldsNothing() {
    AsyncFileReader reader = open(BYTES);
    for (int steps = 0; steps < 60; steps += 2) {
      ByteBuffer target = ByteBuffer.allocate(BYTES.length);
      CompletableFuture<Integer> read = reader.read(0, target);
      for (int i = 0; i < steps; i++) {
        cluster.step();
      }
      read.cancel(false);
      byte[] then = target.array().clone();
      cluster.settle();
      assertThat(target.array()).isEqualTo(then);
      assertThat(target.position()).isZero();
      assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
    }
  }

  @Test
  void close_readUnderWay_failsAsCancelled() {
    AsyncFileReader reader = open(BYTES);
    CompletableFuture<Integer> read = reader.read(0, ByteBuffer.allocate(100_000));
    cluster.await(reader.close());
    assertThat(cluster.awaitFailure(read).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(cluster.awaitFailure(reader.read(0, ByteBuffer.allocate(1))).code())
        .isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void read_manyAtOnce_stayWithinTheBudget() {
    AsyncFileReader reader = open(BYTES);
    List<CompletableFuture<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      reads.add(reader.read(i, ByteBuffer.allocate(BYTES.length - 300)));
    }
    for (CompletableFuture<Integer> read : reads) {
      assertThat(cluster.await(read)).isEqualTo(BYTES.length - 300);
      assertThat(cluster.resources().budgets().reads().heldBytes()).isLessThanOrEqualTo(4 << 20);
    }
  }
}
