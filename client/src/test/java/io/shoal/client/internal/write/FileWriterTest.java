package io.shoal.client.internal.write;

import static io.shoal.client.internal.simulation.Patterns.bytes;
import static io.shoal.client.internal.simulation.Simulation.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.AttributeChange;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.NoLeaks;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class FileWriterTest {
  private static final String PATH = "/a/file";

  private Simulation cluster = new Simulation(1);

  @AfterEach
  void end() {
    cluster.close();
  }

  private CompletableFuture<FileStatus> put(byte[] bytes) {
    return cluster.operations().put(ByteBuffer.wrap(bytes), PATH, PutOptions.DEFAULT);
  }

  private AsyncFileWriter create() {
    return cluster.await(cluster.operations().create(PATH, PutOptions.DEFAULT));
  }

  private static CompletableFuture<Void> write(AsyncFileWriter writer, byte[] bytes) {
    return writer.write(ByteBuffer.wrap(bytes));
  }

  private static void append(AsyncFileWriter writer, byte[] bytes) {
    var unused = write(writer, bytes);
  }

  private List<Long> chunksOfFile() {
    return cluster.metadata().extents(PATH).stream().map(Extent::getChunkId).distinct().toList();
  }

  // --------------------------------------------------------------------------------- the easy way

  @Test
  void put_small_isOneChunkAndOneCommit() {
    byte[] bytes = bytes(1_000);
    FileStatus status = cluster.await(put(bytes));

    assertThat(status.length()).isEqualTo(1_000);
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isEqualTo(1);
    assertThat(cluster.metadata().count(RequestCase.CREATE_FILE)).isZero();
    assertThat(chunksOfFile()).hasSize(1);
    assertThat(cluster.metadata().holders(chunksOfFile().get(0))).hasSize(3);
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void put_empty_needsNoChunk() {
    FileStatus status = cluster.await(put(new byte[0]));

    assertThat(status.length()).isZero();
    assertThat(cluster.metadata().exists(PATH)).isTrue();
    assertThat(cluster.metadata().count(RequestCase.RESERVE_CHUNKS)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1,
        4_096,
        CHUNK_BYTES - 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        2 * CHUNK_BYTES,
        3 * CHUNK_BYTES + 17
      })
  void put_anyLength_fillsChunks(int length) {
    byte[] bytes = bytes(length);
    assertThat(cluster.await(put(bytes)).length()).isEqualTo(length);

    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    assertThat(chunksOfFile()).hasSize((length + CHUNK_BYTES - 1) / CHUNK_BYTES);
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void put_manyChunks_commitsProgressivelyToAPendingFile() {
    byte[] bytes = bytes(300 * CHUNK_BYTES + 5);
    cluster.await(put(bytes));

    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    assertThat(cluster.metadata().count(RequestCase.CREATE_FILE)).isEqualTo(1);
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isBetween(2, 6);
  }

  @Test
  void put_attributes_areThoseOfTheFile() {
    Instant time = Instant.ofEpochMilli(1_234_567);
    AttributeChange change = AttributeChange.NONE.withMode(0640).withModifiedAt(time);
    FileStatus status =
        cluster.await(
            cluster
                .operations()
                .put(
                    ByteBuffer.wrap(bytes(2 * CHUNK_BYTES)),
                    PATH,
                    PutOptions.DEFAULT.withAttributes(change)));

    assertThat(status.mode()).isEqualTo(0640);
    assertThat(status.modifiedAt()).isEqualTo(time);
  }

  @Test
  void put_existingTarget_isRefusedUnlessAskedFor() {
    cluster.await(put(bytes(10)));
    assertThat(cluster.awaitFailure(put(bytes(20))).code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
    assertThat(cluster.awaitFailure(put(bytes(9 * CHUNK_BYTES))).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);

    cluster.await(
        cluster
            .operations()
            .put(ByteBuffer.wrap(bytes(30)), PATH, PutOptions.DEFAULT.withOverwrite(true)));
    assertThat(cluster.content(PATH)).isEqualTo(bytes(30));
  }

  @Test
  void put_progress_tellsEveryByteOnce() {
    List<Long> told = new ArrayList<>();
    cluster.node(1).failAfter(3, Fault.BREAK);
    cluster.await(
        cluster
            .operations()
            .put(
                ByteBuffer.wrap(bytes(5 * CHUNK_BYTES)),
                PATH,
                PutOptions.DEFAULT.withProgress(told::add)));
    cluster.settle();
    assertThat(told.stream().mapToLong(Long::longValue).sum()).isEqualTo(5L * CHUNK_BYTES);
  }

  @Test
  void write_piecesOfAnySize_areOneFile() {
    AsyncFileWriter writer = create();
    byte[] bytes = bytes(3 * CHUNK_BYTES + 1_001);
    int position = 0;
    for (int size = 1; position < bytes.length; size = size * 3 % 10_007 + 1) {
      int end = Math.min(bytes.length, position + size);
      append(writer, Arrays.copyOfRange(bytes, position, end));
      position = end;
    }
    assertThat(writer.position()).isEqualTo(bytes.length);
    assertThat(cluster.await(writer.close()).length()).isEqualTo(bytes.length);
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
  }

  @Test
  void close_again_givesTheSameAnswer() {
    AsyncFileWriter writer = create();
    append(writer, bytes(100));
    CompletableFuture<FileStatus> first = writer.close();
    CompletableFuture<FileStatus> second = writer.close();
    assertThat(cluster.await(first)).isEqualTo(cluster.await(second));
    assertThat(cluster.awaitFailure(write(writer, bytes(1))).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(cluster.await(writer.close())).isEqualTo(cluster.await(first));
    cluster.await(writer.abort());
    assertThat(cluster.metadata().exists(PATH)).isTrue();
  }

  // ---------------------------------------------------------------------------------------- flush

  @Test
  void flush_makesVisibleAndGoesOnInTheSameChunk() {
    AsyncFileWriter writer = create();
    byte[] bytes = bytes(9_000);
    append(writer, Arrays.copyOf(bytes, 5_000));
    assertThat(cluster.metadata().exists(PATH)).isFalse();

    assertThat(cluster.await(writer.flush())).isEqualTo(5_000);
    assertThat(cluster.content(PATH)).isEqualTo(Arrays.copyOf(bytes, 5_000));
    assertThat(cluster.metadata().isSealed(PATH)).isFalse();

    append(writer, Arrays.copyOfRange(bytes, 5_000, 9_000));
    cluster.await(writer.close());
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    assertThat(chunksOfFile()).hasSize(1);
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void flush_nothingWritten_publishesTheEmptyFile() {
    AsyncFileWriter writer = create();
    assertThat(cluster.await(writer.flush())).isZero();
    assertThat(cluster.metadata().exists(PATH)).isTrue();
    assertThat(cluster.await(writer.flush())).isZero();
    assertThat(cluster.await(writer.close()).length()).isZero();
  }

  @Test
  void flush_many_areMerged() {
    AsyncFileWriter writer = create();
    cluster.await(writer.flush());
    int before = cluster.metadata().count(RequestCase.COMMIT);
    List<CompletableFuture<Long>> flushes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      append(writer, bytes(10));
      flushes.add(writer.flush());
    }
    for (int i = 0; i < 100; i++) {
      assertThat(cluster.await(flushes.get(i))).isGreaterThanOrEqualTo(10L * (i + 1));
    }
    assertThat(cluster.metadata().count(RequestCase.COMMIT) - before).isLessThan(20);
    cluster.await(writer.close());
  }

  @Test
  void flush_afterTheLastByteOfAChunk_closesWithoutAnEmptyChunk() {
    AsyncFileWriter writer = create();
    append(writer, bytes(CHUNK_BYTES));
    assertThat(cluster.await(writer.flush())).isEqualTo(CHUNK_BYTES);
    assertThat(cluster.await(writer.close()).length()).isEqualTo(CHUNK_BYTES);
    assertThat(chunksOfFile()).hasSize(1);
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  // --------------------------------------------------------------------------------------- faults

  @ParameterizedTest
  @EnumSource(Fault.class)
  void put_oneNodeFailsAtAnyFrame_goesOnWithTheOthers(Fault fault) {
    cluster.close();
    byte[] bytes = bytes(3 * CHUNK_BYTES + 100);
    for (int frame = 0; frame < 12; frame++) {
      cluster = new Simulation(frame, 3, new FilePolicy(3, 2, CHUNK_BYTES), Simulation.config());
      cluster.node(2).failAfter(frame, fault);
      cluster.await(put(bytes));
      assertThat(cluster.content(PATH)).isEqualTo(bytes);
      cluster.close();
    }
    cluster = new Simulation(1);
  }

  @ParameterizedTest
  @CsvSource({"DIE", "BREAK", "CORRUPT"})
  void put_allNodesOfAChunkFailAtAnyFrame_goesOnInANewChunk(Fault fault) {
    cluster.close();
    byte[] bytes = bytes(2 * CHUNK_BYTES + 100);
    for (int frame = 0; frame < 8; frame++) {
      cluster = new Simulation(frame);
      for (int node = 1; node <= 3; node++) {
        cluster.node(node).failAfter(frame, fault);
      }
      long begin = cluster.clock().nanoTime();
      cluster.await(put(bytes));
      assertThat(cluster.content(PATH)).isEqualTo(bytes);
      assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
          .isLessThan(Duration.ofSeconds(5));
      cluster.close();
    }
    cluster = new Simulation(1);
  }

  @Test
  void flush_thenAllNodesDie_keepsWhatWasCommittedAndGoesOnElsewhere() {
    AsyncFileWriter writer = create();
    byte[] bytes = bytes(20_000);
    append(writer, Arrays.copyOf(bytes, 7_000));
    cluster.await(writer.flush());
    List<Integer> holders = cluster.metadata().holders(chunksOfFile().get(0));
    append(writer, Arrays.copyOfRange(bytes, 7_000, 15_000));
    holders.forEach(holder -> cluster.node(holder).kill());
    append(writer, Arrays.copyOfRange(bytes, 15_000, 20_000));

    cluster.await(writer.close());
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    assertThat(chunksOfFile().size()).isGreaterThan(1);
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void put_everyNodeDead_failsWithinBoundsAndLeavesNothing() {
    cluster.nodes().forEach(node -> node.kill());
    long begin = cluster.clock().nanoTime();
    assertThat(cluster.awaitFailure(put(bytes(CHUNK_BYTES))).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
        .isLessThan(cluster.resources().config().stallTimeout().plusSeconds(5));
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }

  @Test
  void put_oneNodeStalls_leavesItBehind_andAvoidsItAfterwards() {
    cluster.node(2).stall();
    for (int i = 0; i < 20; i++) {
      long begin = cluster.clock().nanoTime();
      byte[] bytes = bytes(3 * CHUNK_BYTES + i);
      cluster.await(cluster.operations().put(ByteBuffer.wrap(bytes), PATH + i, PutOptions.DEFAULT));
      assertThat(cluster.content(PATH + i)).isEqualTo(bytes);
      assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
          .isLessThanOrEqualTo(stragglerAfter().plusMillis(1));
    }
    assertThat(cluster.suspicions().suspected()).containsExactly(cluster.node(2).id());
  }

  private Duration stragglerAfter() {
    return cluster.resources().config().stallTimeout().dividedBy(10);
  }

  @Test
  void put_oneNodeIsSlowAndGetsOn_isNotLeftBehind() {
    cluster.node(2).delay(stragglerAfter().minusMillis(1));
    for (int i = 0; i < 10; i++) {
      byte[] bytes = bytes(3 * CHUNK_BYTES + i);
      cluster.await(cluster.operations().put(ByteBuffer.wrap(bytes), PATH + i, PutOptions.DEFAULT));
    }
    assertThat(cluster.suspicions().suspected()).isEmpty();
  }

  @Test
  void put_oneNodeStallsAndAllAreNeeded_waitsForIt() {
    cluster.close();
    cluster = new Simulation(1, 3, new FilePolicy(3, 3, CHUNK_BYTES), Simulation.config());
    cluster.node(2).stall();
    CompletableFuture<FileStatus> put = put(bytes(10));
    cluster.settle();
    cluster.clock().advance(stragglerAfter().multipliedBy(3));
    cluster.settle();
    assertThat(put).isNotDone();
    assertThat(cluster.awaitFailure(put).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void put_everyNodeStalls_failsWithinBounds() {
    cluster.nodes().forEach(node -> node.stall());
    long begin = cluster.clock().nanoTime();
    assertThat(cluster.awaitFailure(put(bytes(10))).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
        .isLessThan(cluster.resources().config().stallTimeout().multipliedBy(3));
  }

  @Test
  void put_nodesRefuseAsInvalid_givesUpSoon() {
    cluster.nodes().forEach(node -> node.refuse(ErrorCode.GRANT_INVALID));
    assertThat(cluster.awaitFailure(put(bytes(10))).code()).isEqualTo(ErrorCode.GRANT_INVALID);
    assertThat(cluster.nodes().stream().mapToInt(node -> node.streamsOpened()).sum())
        .isLessThanOrEqualTo(9);
  }

  @Test
  void put_fewerNodesThanTheMinimum_failsAtOnce() {
    cluster.close();
    cluster = new Simulation(1, 1, new FilePolicy(3, 2, CHUNK_BYTES), Simulation.config());
    assertThat(cluster.awaitFailure(put(bytes(10))).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
  }

  @Test
  void put_failedNode_isNotUsedForTheNextChunks() {
    cluster.node(1).kill();
    cluster.await(put(bytes(20 * CHUNK_BYTES)));
    assertThat(cluster.suspicions().isSuspected(cluster.node(1).id())).isTrue();
    assertThat(cluster.node(1).streamsOpened()).isLessThanOrEqualTo(8);
  }

  @Test
  void commit_anotherWriterWasFaster_failsTyped() {
    AsyncFileWriter writer = create();
    append(writer, bytes(100));
    cluster.await(writer.flush());
    cluster.metadata().raiseGeneration(PATH);
    append(writer, bytes(100));
    assertThat(cluster.awaitFailure(writer.flush()).code()).isEqualTo(ErrorCode.STALE_GENERATION);
    assertThat(cluster.awaitFailure(write(writer, bytes(1))).code())
        .isEqualTo(ErrorCode.STALE_GENERATION);
    assertThat(cluster.awaitFailure(writer.close()).code()).isEqualTo(ErrorCode.STALE_GENERATION);
    cluster.await(writer.abort());
  }

  @Test
  void commit_outcomeUnknown_failsTheWriter() {
    cluster.metadata().refuse(RequestCase.COMMIT, ErrorCode.OUTCOME_UNKNOWN);
    assertThat(cluster.awaitFailure(put(bytes(100))).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
  }

  @Test
  void create_pathThatCantBeWrittenTo_failsAtOnce() {
    cluster.await(put(bytes(1)));
    assertThat(cluster.awaitFailure(cluster.operations().create(PATH, PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
  }

  // ------------------------------------------------------------------------------------ long lives

  @Test
  void grant_atHalfLife_isSealedAndFollowedByAnother() {
    cluster.metadata().setGrantLifetimeMillis(60_000);
    AsyncFileWriter writer = create();
    byte[] bytes = bytes(3_000);
    append(writer, Arrays.copyOf(bytes, 1_000));
    cluster.await(writer.flush());
    for (int i = 1; i < 3; i++) {
      cluster.clock().advance(Duration.ofSeconds(31));
      cluster.settle();
      assertThat(cluster.metadata().isSealed(PATH)).isTrue();
      append(writer, Arrays.copyOfRange(bytes, 1_000 * i, 1_000 * (i + 1)));
      cluster.await(writer.flush());
      assertThat(chunksOfFile()).hasSize(i + 1);
    }
    cluster.await(writer.close());
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
  }

  @Test
  void grant_atHalfLifeOfAPendingFile_isCommittedInvisibly() {
    cluster.metadata().setGrantLifetimeMillis(60_000);
    AsyncFileWriter writer = create();
    append(writer, bytes(CHUNK_BYTES + 1_000));
    cluster.settle();
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isZero();
    cluster.clock().advance(Duration.ofSeconds(31));
    // What is in a frame that is not full yet is in no chunk, and no grant runs out for it.
    cluster.settle();
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isEqualTo(1);
    assertThat(cluster.metadata().exists(PATH)).isFalse();
    cluster.clock().advance(Duration.ofHours(1));
    cluster.await(writer.close());
    assertThat(cluster.content(PATH)).isEqualTo(bytes(CHUNK_BYTES + 1_000));
  }

  @Test
  void grant_runsOutAgainAndAgain_isReplacedAsLongAsTheStallTimeoutAllows() {
    cluster.nodes().forEach(node -> node.refuse(ErrorCode.GRANT_EXPIRED));
    CompletableFuture<FileStatus> put = put(bytes(1_000));
    Duration step = cluster.resources().config().stallTimeout().dividedBy(10);
    for (int i = 0; i < 6; i++) {
      cluster.settle();
      cluster.clock().advance(step);
    }
    assertThat(cluster.nodes().stream().mapToInt(node -> node.streamsOpened()).sum())
        .isGreaterThan(9);
    assertThat(put).isNotDone();
    cluster.nodes().forEach(node -> node.refuse(null));
    cluster.await(put);
    assertThat(cluster.content(PATH)).isEqualTo(bytes(1_000));
  }

  @Test
  void grant_runsOutForGood_failsWithinBounds() {
    cluster.nodes().forEach(node -> node.refuse(ErrorCode.GRANT_EXPIRED));
    long begin = cluster.clock().nanoTime();
    assertThat(cluster.awaitFailure(put(bytes(10))).code()).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(Duration.ofNanos(cluster.clock().nanoTime() - begin))
        .isLessThan(cluster.resources().config().stallTimeout().plusSeconds(5));
  }

  // --------------------------------------------------------------------------------------- limits

  @Test
  void write_moreCallsThanAllowed_failsTheWriterAndLeavesNoGap() {
    cluster.close();
    cluster =
        new Simulation(
            1, 5, new FilePolicy(3, 2, CHUNK_BYTES), Simulation.config().withOperationLimit(10));
    AsyncFileWriter writer = create();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      writes.add(write(writer, bytes(10)));
    }
    assertThat(cluster.awaitFailure(writes.get(10)).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(cluster.awaitFailure(writer.close()).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }

  @Test
  void write_budgetExceeded_waits() {
    AsyncFileWriter writer = create();
    cluster.nodes().forEach(node -> node.stall());
    CompletableFuture<Void> small = write(writer, bytes(100_000));
    CompletableFuture<Void> large = write(writer, bytes(2 << 20));
    cluster.settle();
    assertThat(small).isCompleted();
    assertThat(large).isNotDone();
    assertThat(cluster.resources().budgets().writes().heldBytes()).isLessThanOrEqualTo(1 << 20);
    cluster.await(writer.abort());
    assertThat(cluster.awaitFailure(large).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void write_budgetHeldByIdleWriters_isGivenBack() {
    cluster.close();
    cluster = new Simulation(1, 5, new FilePolicy(3, 2, 16 * CHUNK_BYTES), Simulation.config());
    List<AsyncFileWriter> idle = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      AsyncFileWriter writer =
          cluster.await(cluster.operations().create("/idle-" + i, PutOptions.DEFAULT));
      append(writer, bytes(90_000));
      idle.add(writer);
    }
    cluster.settle();
    AsyncFileWriter busy = create();
    byte[] bytes = bytes(3 << 20);
    append(busy, bytes);
    cluster.await(busy.close());
    assertThat(cluster.content(PATH)).isEqualTo(bytes);
    for (int i = 0; i < 12; i++) {
      cluster.await(idle.get(i).close());
      assertThat(cluster.content("/idle-" + i)).isEqualTo(bytes(90_000));
    }
  }

  @Test
  void put_manyAtOnce_shareTheBudget() {
    List<CompletableFuture<FileStatus>> puts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      puts.add(
          cluster
              .operations()
              .put(ByteBuffer.wrap(bytes(40_000 * i)), "/file-" + i, PutOptions.DEFAULT));
    }
    for (int i = 0; i < 40; i++) {
      cluster.await(puts.get(i));
      assertThat(cluster.content("/file-" + i)).isEqualTo(bytes(40_000 * i));
    }
  }

  // ------------------------------------------------------------------------------------------ end

  @Test
  void abort_leavesNothing() {
    AsyncFileWriter writer = create();
    append(writer, bytes(3 * CHUNK_BYTES));
    CompletableFuture<Long> flush = writer.flush();
    assertThat(cluster.metadata().pendingCount()).isEqualTo(1);
    cluster.await(writer.abort());
    assertThat(cluster.awaitFailure(flush).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(cluster.metadata().pendingCount()).isZero();
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }

  @Test
  void put_cancelledAtAnyStep_leavesNothingOrAll() {
    cluster.close();
    for (int steps = 0; steps < 120; steps += 3) {
      cluster = new Simulation(steps);
      CompletableFuture<FileStatus> put = put(bytes(4 * CHUNK_BYTES));
      for (int i = 0; i < steps; i++) {
        cluster.step();
      }
      put.cancel(false);
      cluster.close();
      // The last commit may have been under way.
      if (cluster.metadata().exists(PATH)) {
        assertThat(cluster.content(PATH)).isEqualTo(bytes(4 * CHUNK_BYTES));
        assertThat(steps).isGreaterThan(60);
      }
    }
    cluster = new Simulation(1);
  }

  @Test
  void close_ofTheClient_endsOpenWriters() {
    AsyncFileWriter writer = create();
    append(writer, bytes(100_000));
    cluster.await(cluster.operations().close());
    assertThat(cluster.awaitFailure(writer.flush()).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(cluster.metadata().pendingCount()).isZero();
  }

  @Test
  void extents_coverTheFile() {
    cluster.await(put(bytes(5 * CHUNK_BYTES)));
    assertThat(
            cluster.metadata().extents(PATH).stream()
                .flatMapToLong(extent -> LongStream.of(extent.getFileOffset()))
                .toArray())
        .containsExactly(0, CHUNK_BYTES, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES, 4 * CHUNK_BYTES);
  }
}
