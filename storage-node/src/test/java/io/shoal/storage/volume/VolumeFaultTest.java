package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.io.NoSpaceException;
import io.shoal.storage.io.SimulatedDisk;
import io.shoal.storage.io.SimulatedDisk.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a volume when its disk or index fails, fills up or decays. */
class VolumeFaultTest extends StoreFixture {
  private final IOException eio = withoutTrace(new IOException("EIO"));

  private final SimulatedNode node = new SimulatedNode(1, CONFIG, System.nanoTime());
  private final SimulatedDisk disk = node.disks.get(0);
  private ChunkStore store = node.start();

  @AfterEach
  void closeAndCheck() {
    await(store.close());
    node.faults.assertNone();
    assertThat(node.allocator.unreleased()).as("buffers that nobody released").isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE_DIRECTORY", "CREATE", "WRITE", "SYNC", "SYNC_DIRECTORY"})
  void finish_diskFails_fencesTheVolumeForGood(Operation failing) {
    write(id(1), 1_000, 1_000);
    disk.setFault(
        (operation, name) -> operation == failing && name.startsWith("chunks") ? eio : null);
    ChunkWriter writer = open(id(2));
    var unused = append(writer, id(2), 0, SMALL + 1);
    assertThat(failureOf(writer.finish())).isEqualTo(ErrorCode.VOLUME_FENCED);
    writer.close();
    disk.setFault((operation, name) -> null);

    assertFenced("EIO");
    restart();
    assertFenced("EIO");
    assertReads(id(1), 0, 1_000);
  }

  @Test
  void finish_indexFails_fencesTheVolumeForGood() {
    ChunkWriter writer = open(id(2));
    node.indexes.failCommits(eio);
    var unused = append(writer, id(2), 0, 100);
    assertThat(failureOf(writer.finish())).isEqualTo(ErrorCode.VOLUME_FENCED);
    writer.close();
    node.indexes.failCommits(null);
    assertFenced("EIO");
    restart();
    assertFenced("EIO");
  }

  @Test
  void flush_fencedWhileItIsUnderWay_isNotAcknowledged() {
    ChunkWriter writer = open(id(2));
    var unused = append(writer, id(2), 0, 100);
    CompletableFuture<DurableLength> flush = writer.flush();
    node.indexes.failInBackground(eio);
    assertThat(failureOf(flush)).isEqualTo(ErrorCode.VOLUME_FENCED);
    assertThat(failureOf(append(writer, id(2), 100, 1))).isEqualTo(ErrorCode.VOLUME_FENCED);
    writer.close();
    assertFenced("EIO");
  }

  @Test
  void finish_fencedWhileItsCommitIsUnderWay_isNotAcknowledged() {
    ChunkWriter writer = open(id(2));
    var unused = append(writer, id(2), 0, 100);
    node.indexes.duringCommits(() -> node.indexes.failInBackground(eio));
    assertThat(failureOf(writer.finish())).isEqualTo(ErrorCode.VOLUME_FENCED);
    writer.close();
    assertFenced("EIO");
  }

  @Test
  void flush_ofMemoryLevel_isAnsweredBeforeTheIndexHasIt_andReadersFindIt() {
    ChunkWriter writer = await(store.openWriter(request(id(2), AckLevel.MEMORY)));
    var unused = append(writer, id(2), 0, 100);
    int before = node.indexes.commits();
    List<Integer> atAnswer = new ArrayList<>();
    List<CompletableFuture<ChunkReader>> reads = new ArrayList<>();
    var unusedEnd =
        writer
            .flush()
            .thenAccept(
                reached -> {
                  atAnswer.add(node.indexes.commits());
                  reads.add(store.openReader(id(2), 0, reached.bytes()));
                });
    node.executor.runAll();
    assertThat(atAnswer).containsExactly(before);
    await(reads.get(0)).close();
    assertThat(node.indexes.commits()).isEqualTo(before + 1);
    writer.close();
  }

  /** The second flush waits for the first one's record when the grant runs out. */
  @Test
  void flush_ofMemoryLevel_grantRunsOutBeforeTheCommit_keepsWhatWasAnswered() {
    int waited = 0;
    for (int i = 1; i <= 60; i++) {
      ChunkWriter writer = await(store.openWriter(request(id(i), AckLevel.MEMORY)));
      node.executor.reseed(i);
      int before = node.indexes.commits();
      var unusedFirst = append(writer, id(i), 0, 100);
      CompletableFuture<DurableLength> first = writer.flush();
      while (!first.isDone() && node.executor.runNext()) {
        // Until it is answered, which is before its commit.
      }
      var unusedSecond = append(writer, id(i), 100, 50);
      CompletableFuture<DurableLength> second = writer.flush();
      while (!second.isDone() && node.executor.runNext()) {
        // As above.
      }
      waited += node.indexes.commits() == before ? 1 : 0;
      store.advanceLogClock(EXPIRES + i);
      node.executor.runAll();
      assertThat(describe(id(i)).durable()).isEqualTo(durable(id(i), 150));
      writer.close();
      restart();
    }
    assertThat(waited).as("runs in which the commits were still to come").isPositive();
  }

  @Test
  void flush_ofMemoryLevel_indexFailsAfterwards_fencesTheVolume() {
    ChunkWriter writer = await(store.openWriter(request(id(2), AckLevel.MEMORY)));
    node.indexes.failCommits(eio);
    var unused = append(writer, id(2), 0, 100);
    assertThat(await(writer.flush())).isEqualTo(durable(id(2), 100));
    node.indexes.failCommits(null);
    writer.close();
    assertFenced("EIO");
    assertThat(describe(id(2)).state()).isEqualTo(State.UNKNOWN);
  }

  @Test
  void delete_fencedVolume_isNotClaimed() {
    write(id(1), 100, 100);
    node.indexes.failInBackground(eio);
    assertThat(await(store.delete(List.of(id(1), id(9))))).containsExactly(id(9));
    assertReads(id(1), 0, 100);
    await(store.confirm(List.of(id(1))));
    assertThat(await(store.expiredUnconfirmed(EXPIRES + 1, null, 10))).hasSize(1);
  }

  @Test
  void delete_fileCanNotBeUnlinked_fencesTheVolume() {
    write(id(1), SMALL + 1, SMALL + 1);
    disk.setFault((operation, name) -> operation == Operation.DELETE ? eio : null);
    assertThat(await(store.delete(List.of(id(1))))).isEmpty();
    assertFenced("EIO");
    assertThat(describe(id(1)).state()).isEqualTo(State.UNKNOWN);
  }

  @Test
  void restart_fenceMarkerRemovedByAnOperator_writesAgain() throws IOException {
    node.indexes.failInBackground(eio);
    node.executor.runAll();
    assertThat(disk.files()).contains("fenced");
    await(store.close());
    disk.delete("fenced");
    store = node.start();
    write(id(1), 100, 100);
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
  }

  @Test
  void restart_fencedVolume_sweepsNothing() throws IOException {
    ChunkWriter writer = open(id(2));
    fill(writer, id(2), 0, SMALL + BLOCK, 100_000);
    node.indexes.failInBackground(eio);
    node.executor.runAll();
    node.crash(new SplittableRandom(1));
    disk.createDirectory("chunks/ff");
    disk.create("chunks/ff/" + "f".repeat(16) + "-77").close();
    store = node.start();
    assertThat(node.chunkFiles()).contains("chunks/ff/" + "f".repeat(16) + "-77");
    assertFenced("EIO");
  }

  @Test
  void start_filesWithoutARecord_areSweptAndOthersLeftAlone() throws IOException {
    write(id(1), SMALL + 1, SMALL + 1);
    String kept = node.chunkFiles().get(0);
    await(store.close());
    String stale = kept.substring(0, kept.lastIndexOf('-')) + "-fff";
    disk.create(stale).close();
    disk.create(kept.substring(0, kept.lastIndexOf('/')) + "/README").close();
    store = node.start();
    assertThat(node.chunkFiles()).contains(kept).doesNotContain(stale).hasSize(2);
    assertReads(id(1), 0, SMALL + 1);
  }

  @Test
  void report_directoryIsGone_fencesTheVolume() throws IOException {
    write(id(1), 100, 100);
    disk.delete("identity");
    refreshReport();
    assertFenced("identity is gone");
  }

  @Test
  void append_noSpaceLeft_closesTheChunkAndLeavesTheVolumeAlive() {
    ChunkWriter writer = open(id(2));
    fill(writer, id(2), 0, 2 * SMALL, SMALL);
    await(writer.flush());
    disk.setFault(
        (operation, name) ->
            operation == Operation.WRITE && name.startsWith("chunks")
                ? new NoSpaceException("full")
                : null);
    assertThat(failureOf(append(writer, id(2), 2 * SMALL, SMALL)))
        .isEqualTo(ErrorCode.OUT_OF_SPACE);
    assertThat(failureOf(store.openWriter(request(id(2))))).isEqualTo(ErrorCode.FENCED);
    writer.close();
    assertThat(describe(id(2)).durable()).isEqualTo(durable(id(2), 2 * SMALL));
    assertReads(id(2), 0, 2 * SMALL);

    disk.setFault((operation, name) -> null);
    report();
    node.executor.runAll();
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
    write(id(3), 2 * SMALL, SMALL);
  }

  @Test
  void openWriter_limitWouldTouchTheReserve_isRefusedBeforeAnythingIsWritten() {
    long free = disk.availableBytes();
    disk.setCapacityBytes(disk.capacityBytes() - free + CONFIG.reserveBytes() + 2L * LIMIT);
    refreshReport();
    ChunkWriter first = open(id(1));
    ChunkWriter second = open(id(2));
    assertThat(failureOf(store.openWriter(request(id(3))))).isEqualTo(ErrorCode.OUT_OF_SPACE);
    assertThat(report().availableBytes()).isLessThan(LIMIT);
    assertThat(node.chunkFiles()).isEmpty();
    first.close();
    node.executor.runAll();
    ChunkWriter third = open(id(3));
    third.close();
    second.close();
  }

  @Test
  void append_otherUsedTheSpace_isRefusedBeforeTheReserve() {
    ChunkWriter writer = open(id(1));
    disk.setCapacityBytes(CONFIG.reserveBytes() + SMALL);
    assertThat(failureOf(append(writer, id(1), 0, 2 * SMALL))).isEqualTo(ErrorCode.OUT_OF_SPACE);
    writer.close();
    assertThat(node.chunkFiles()).isEmpty();
    disk.setCapacityBytes(CONFIG.reserveBytes());
    refreshReport();
    assertThat(report().health()).isEqualTo(VolumeHealth.FULL);
    assertThat(report().availableBytes()).isZero();
    disk.setCapacityBytes(1L << 40);
    refreshReport();
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
  }

  @Test
  void read_decayedBlock_isFoundAndOthersStillRead() throws IOException {
    write(id(1), 40 * BLOCK, SMALL);
    disk.flipBit(node.chunkFiles().get(0), 17 * BLOCK + 5);
    assertThat(failureOf(store.openReader(id(1), 17 * BLOCK + 100, 1)))
        .isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertReads(id(1), 0, 17 * BLOCK);
    assertReads(id(1), 18 * BLOCK, 22 * BLOCK);
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
  }

  @Test
  void read_diskFails_saysSoAndDoesNotFence() throws IOException {
    write(id(1), 40 * BLOCK, SMALL);
    disk.setFault((operation, name) -> operation == Operation.READ ? eio : null);
    assertThat(failureOf(store.openReader(id(1), 0, 1))).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    disk.setFault((operation, name) -> null);
    assertReads(id(1), 0, 40 * BLOCK);
    disk.delete(node.chunkFiles().get(0));
    assertThat(failureOf(store.openReader(id(1), 0, 1))).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
  }

  @Test
  void read_indexFails_saysSo() {
    write(id(1), 100, 100);
    node.indexes.failReads(eio);
    assertThat(failureOf(store.openReader(id(1), 0, 1))).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertThat(failureOf(store.describe(List.of(id(1))))).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failureOf(store.openWriter(request(id(2))))).isEqualTo(ErrorCode.UNAVAILABLE);
    node.indexes.failReads(null);
    write(id(2), 100, 100);
  }

  @Test
  void finish_smallChunksTogether_shareCommitsAndMakeNoFiles() {
    int before = node.indexes.commits();
    List<CompletableFuture<DurableLength>> finishes = new ArrayList<>();
    List<ChunkWriter> writers = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      ChunkWriter writer = open(id(i));
      var unused = append(writer, id(i), 0, 4_096);
      writers.add(writer);
    }
    writers.forEach(writer -> finishes.add(writer.finish()));
    for (int i = 1; i <= 60; i++) {
      assertThat(await(finishes.get(i - 1))).isEqualTo(durable(id(i), 4_096));
    }
    writers.forEach(ChunkWriter::close);
    assertThat(node.chunkFiles()).isEmpty();
    assertThat(node.indexes.commits() - before).isLessThan(30);
  }

  @Test
  void append_moreSmallChunksThanTheBudget_goToFiles() {
    List<ChunkWriter> writers = new ArrayList<>();
    int count = (int) (CHUNKS.maxBufferedBytes() / SMALL) + 4;
    for (int i = 1; i <= count; i++) {
      ChunkWriter writer = open(id(i));
      fill(writer, id(i), 0, 3 * BLOCK + 7, BLOCK + 9);
      writers.add(writer);
    }
    assertThat(node.chunkFiles()).hasSize(4);
    for (int i = 1; i <= count; i++) {
      await(writers.get(i - 1).finish());
      writers.get(i - 1).close();
      assertReads(id(i), 0, 3 * BLOCK + 7);
    }
  }

  @Test
  void flush_chunkFile_hasWholeBlocksWrittenOnce() throws IOException {
    ChunkWriter writer = open(id(1));
    int length = 0;
    for (int step : new int[] {5, BLOCK, 3, 5 * BLOCK + 1, 100, BLOCK - 1}) {
      fill(writer, id(1), length, length + step, step);
      length += step;
      await(writer.flush());
      for (String file : node.chunkFiles()) {
        assertThat(disk.sizeBytes(file)).isEqualTo(length - length % BLOCK);
      }
    }
    await(writer.finish());
    writer.close();
    assertThat(node.chunkFiles()).hasSize(1);
    assertThat(disk.sizeBytes(node.chunkFiles().get(0))).isEqualTo(length - length % BLOCK);
    assertThat(disk.overwritten()).isEmpty();
  }

  @Test
  void append_moreThanMayBePending_isRefused() {
    ChunkWriter writer = open(id(1));
    List<CompletableFuture<Integer>> appends = new ArrayList<>();
    for (int offset = 0; offset < 5 * LIMIT; offset += LIMIT) {
      byte[] bytes = new byte[LIMIT];
      appends.add(writer.append(offset, 0, buffer(bytes)));
    }
    assertThat(failureOf(appends.get(4))).isIn(ErrorCode.OVERLOADED, ErrorCode.CHECKSUM_MISMATCH);
    assertThat(store.load().pendingWriteBytes()).isZero();
    writer.close();
  }

  @Test
  void openWriter_tooManyOpenChunks_isRefused() {
    List<ChunkWriter> writers = new ArrayList<>();
    for (int i = 1; i <= CHUNKS.maxOpenChunks(); i++) {
      writers.add(open(id(i)));
    }
    assertThat(failureOf(store.openWriter(request(id(1_000))))).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(open(id(1)).startBytes()).as("one that is open may be opened again").isZero();
    writers.forEach(ChunkWriter::close);
    node.executor.runAll();
    open(id(1_000)).close();
  }

  @Test
  void openWriter_resultNobodyWants_closesTheStream() {
    CompletableFuture<ChunkWriter> opening = store.openWriter(request(id(1)));
    opening.cancel(false);
    node.executor.runAll();
    assertThat(store.load().openChunks()).isZero();
  }

  @Test
  void start_volumeThatCanNotBeOpened_leavesTheOthersAlone() {
    SimulatedNode two = new SimulatedNode(2, CONFIG, 1);
    ChunkStore first = two.start();
    two.run(first.close());
    two.disks
        .get(0)
        .setFault(
            (operation, name) -> operation == Operation.LIST && name.equals("chunks") ? eio : null);
    ChunkStore second = two.start();
    assertThat(second.reports())
        .extracting(VolumeReport::health)
        .containsExactly(VolumeHealth.OFFLINE, VolumeHealth.HEALTHY);
    ChunkWriter writer =
        two.run(second.openWriter(new WriterRequest(id(1), NONCE, LIMIT, EXPIRES)));
    assertThat(writer.volume().value()).isEqualTo(2);
    writer.close();
    two.run(second.close());
  }

  @ParameterizedTest
  @EnumSource(names = {"SYNC_DIRECTORY", "DELETE"})
  void start_diskFailsWhileOpening_fencesTheVolumeForGood(Operation failing) throws IOException {
    write(id(1), 1_000, 1_000);
    await(store.close());
    disk.createDirectory("chunks/ff");
    disk.create("chunks/ff/" + "f".repeat(16) + "-77").close();
    startWith((operation, name) -> operation == failing && !isFence(name) ? eio : null);
    assertFenced("EIO");
    restartHealed();
    assertFenced("EIO");
    assertReads(id(1), 0, 1_000);
  }

  @Test
  void start_indexDoesNotOpen_fencesTheVolumeForGood() {
    write(id(1), 1_000, 1_000);
    await(store.close());
    node.indexes.failOpens(eio);
    store = node.start();
    assertFenced("EIO");
    node.indexes.failOpens(null);
    restartHealed();
    assertFenced("EIO");
    assertReads(id(1), 0, 1_000);
  }

  @Test
  void start_firstCommitFails_fencesTheVolumeForGood() {
    await(store.close());
    node.indexes.failCommits(eio);
    store = node.start();
    assertFenced("EIO");
    node.indexes.failCommits(null);
    restartHealed();
    assertFenced("EIO");
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE_DIRECTORY", "WRITE", "SYNC", "RENAME", "SYNC_DIRECTORY"})
  void start_blankDirectoryCanNotBeFormatted_fencesItForGood(Operation failing) {
    SimulatedNode blank = new SimulatedNode(1, CONFIG, 1);
    SimulatedDisk failingDisk = blank.disks.get(0);
    failingDisk.setFault((operation, name) -> operation == failing && !isFence(name) ? eio : null);
    ChunkStore first = blank.start();
    assertThat(first.reports().get(0).fenceReason()).contains("EIO");
    blank.run(first.close());
    failingDisk.setFault((operation, name) -> null);
    ChunkStore second = blank.start();
    assertThat(second.reports().get(0).health()).isEqualTo(VolumeHealth.FENCED);
    assertThat(second.reports().get(0).fenceReason()).contains("EIO");
    blank.run(second.close());
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "SYNC", "SYNC_DIRECTORY"})
  void fence_diskDoesNotEvenKeepTheMarker_outlivesTheProcessNevertheless(Operation failing) {
    disk.setFault((operation, name) -> operation == failing ? eio : null);
    node.indexes.failInBackground(eio);
    assertFenced("EIO");
    restartHealed();
    assertThat(report().health()).isEqualTo(VolumeHealth.FENCED);
    assertThat(report().fenceReason()).isNotEmpty();
  }

  @Test
  void start_fenceCanNotBeNoted_holdsAsLongAsTheProcess() throws IOException {
    await(store.close());
    startWith(
        (operation, name) ->
            operation == Operation.SYNC_DIRECTORY || operation == Operation.CREATE ? eio : null);
    assertFenced("EIO");
    disk.setFault((operation, name) -> null);
    assertFenced("EIO");
    assertThat(disk.exists("fenced")).isFalse();
  }

  @Test
  void start_diskCanNotBeRead_isOfflineUntilTheNextStart() {
    write(id(1), SMALL + 1, SMALL + 1);
    await(store.close());
    startWith((operation, name) -> operation == Operation.LIST && !name.isEmpty() ? eio : null);
    assertOffline("EIO");
    restartHealed();
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
    assertReads(id(1), 0, SMALL + 1);
  }

  @Test
  void start_indexCanNotBeRead_isOfflineUntilTheNextStart() {
    await(store.close());
    node.indexes.failReads(eio);
    store = node.start();
    assertOffline("EIO");
    node.indexes.failReads(null);
    restart();
    assertThat(report().health()).isEqualTo(VolumeHealth.HEALTHY);
  }

  @Test
  void start_fileSystemIsFull_isOfflineUntilThereIsRoom() {
    SimulatedNode blank = new SimulatedNode(1, CONFIG, 1);
    blank.disks.get(0).setCapacityBytes(10);
    ChunkStore first = blank.start();
    assertThat(first.reports().get(0).health()).isEqualTo(VolumeHealth.OFFLINE);
    blank.run(first.close());
    blank.disks.get(0).setCapacityBytes(1L << 40);
    blank.indexes.failOpens(new NoSpaceException("full"));
    ChunkStore second = blank.start();
    assertThat(second.reports().get(0).health()).isEqualTo(VolumeHealth.OFFLINE);
    blank.run(second.close());
    blank.indexes.failOpens(null);
    ChunkStore third = blank.start();
    assertThat(third.reports().get(0).health()).isEqualTo(VolumeHealth.HEALTHY);
    blank.run(third.close());
  }

  @Test
  void openWriter_everyVolumeFenced_saysSo() {
    SimulatedNode two = new SimulatedNode(2, CONFIG, 1);
    ChunkStore both = two.start();
    for (SimulatedDisk failing : two.disks) {
      failing.setFault((operation, name) -> operation == Operation.WRITE ? eio : null);
    }
    for (int i = 1; i <= 4; i++) {
      try {
        ChunkWriter writer = two.run(both.openWriter(request(id(i))));
        var unused =
            writer.append(
                0,
                io.shoal.common.checksum.Crc32c.of(new byte[2 * SMALL]),
                two.buffer(new byte[2 * SMALL]));
        two.executor.runAll();
        writer.close();
      } catch (io.shoal.common.error.ShoalException fenced) {
        assertThat(fenced.code()).isEqualTo(ErrorCode.VOLUME_FENCED);
      }
    }
    assertThat(both.reports()).allMatch(report -> report.health() == VolumeHealth.FENCED);
    two.run(both.close());
  }

  /** Traces would fill the log of a test that fails disks on purpose. */
  private static IOException withoutTrace(IOException failure) {
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }

  private void assertFenced(String reason) {
    node.executor.runAll();
    VolumeReport report = report();
    assertThat(report.health()).isEqualTo(VolumeHealth.FENCED);
    assertThat(report.fenceReason()).contains(reason);
    assertThat(failureOf(store.openWriter(request(new ChunkId(1234)))))
        .isEqualTo(ErrorCode.VOLUME_FENCED);
  }

  private void assertOffline(String reason) {
    assertThat(report().health()).isEqualTo(VolumeHealth.OFFLINE);
    assertThat(report().fenceReason()).contains(reason);
    assertThat(failureOf(store.openWriter(request(new ChunkId(1234)))))
        .isEqualTo(ErrorCode.VOLUME_FENCED);
  }

  private VolumeReport report() {
    return store.reports().get(0);
  }

  private void refreshReport() {
    report();
    node.executor.runAll();
  }

  private static boolean isFence(String name) {
    return name.startsWith("fenced");
  }

  private void restart() {
    await(store.close());
    store = node.start();
  }

  private void restartHealed() {
    disk.setFault((operation, name) -> null);
    restart();
  }

  /** Starts on a disk that fails. */
  private void startWith(SimulatedDisk.Fault fault) {
    disk.setFault(fault);
    store = node.start();
  }

  @Override
  ChunkStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    return node.run(future);
  }

  @Override
  ByteBuf buffer(byte[] bytes) {
    return node.buffer(bytes);
  }
}
