package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.testing.Await;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.index.MetadataHistory;
import io.shoal.storage.index.ScrubNote;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store of a node with two volumes does, whatever it is built on. */
abstract class ChunkStoreContract extends StoreFixture {
  /** Ends the process in an orderly way and starts it anew. */
  abstract void restart();

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        2 * BLOCK,
        5 * BLOCK + 77,
        SMALL - 1,
        SMALL,
        SMALL + 1,
        SMALL + BLOCK,
        (1 << 20) + 3
      })
  void finish_anyLength_readsBackAfterRestart(int length) {
    ChunkId chunk = id(7);
    write(chunk, length, 100_000);
    restart();
    assertThat(describe(chunk))
        .isEqualTo(
            new ChunkDescription(
                chunk, State.CLOSED, durable(chunk, length), describe(chunk).volume(), EXPIRES));
    if (length > 0) {
      assertReads(chunk, 0, length);
      assertReads(chunk, length - 1, 1);
      assertReads(chunk, length / 3, length - length / 3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 50_000})
  void append_framesOfAnySize_makeTheSameChunk(int frameBytes) {
    ChunkId chunk = id(frameBytes);
    int length = frameBytes == 1 ? 2 * BLOCK + 1 : 400_000;
    write(chunk, length, frameBytes);
    assertReads(chunk, 0, length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, BLOCK, SMALL, SMALL + 1, 3 * BLOCK + 7})
  void acknowledgedFromMemory_canBeRead_andSurvivesARestart(int length) {
    ChunkId chunk = id(77);
    ChunkWriter writer = await(store().openWriter(request(chunk, AckLevel.MEMORY)));
    int half = (length + 1) / 2;
    fill(writer, chunk, 0, half, half);
    assertThat(await(writer.flush())).isEqualTo(durable(chunk, half));
    assertReads(chunk, 0, half);
    assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, half));
    fill(writer, chunk, half, length, length);
    assertThat(await(writer.finish())).isEqualTo(durable(chunk, length));
    writer.close();
    assertReads(chunk, 0, length);

    restart();
    assertReads(chunk, 0, length);
    assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, length));
  }

  @Test
  void flush_partialTailThenMore_keepsEveryPrefix() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    int[] lengths = {
      1, 100, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 2, 3 * BLOCK - 1, 3 * BLOCK + 5, 40 * BLOCK + 9
    };
    int before = 0;
    for (int length : lengths) {
      fill(writer, chunk, before, length, 10_000);
      assertThat(await(writer.flush())).isEqualTo(durable(chunk, length));
      assertReads(chunk, 0, length);
      assertThat(describe(chunk).state()).isEqualTo(State.OPEN);
      before = length;
    }
    writer.close();
    restart();
    assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, before));
    assertReads(chunk, 0, before);
  }

  @Test
  void flush_whileAnotherIsUnderWay_isAnsweredToo() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    List<CompletableFuture<DurableLength>> flushes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      var unused = append(writer, chunk, i * 1_000, 1_000);
      flushes.add(writer.flush());
    }
    CompletableFuture<DurableLength> finish = writer.finish();
    for (int i = 0; i < 20; i++) {
      DurableLength reached = await(flushes.get(i));
      assertThat(reached.bytes()).isGreaterThanOrEqualTo((i + 1) * 1_000);
      assertThat(reached).isEqualTo(durable(chunk, reached.bytes()));
    }
    assertThat(await(finish)).isEqualTo(durable(chunk, 20_000));
    writer.close();
  }

  @Test
  void flush_nothingNew_answersWhatIsDurable() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    assertThat(await(writer.flush())).isEqualTo(DurableLength.ZERO);
    fill(writer, chunk, 0, 10, 10);
    assertThat(await(writer.flush())).isEqualTo(durable(chunk, 10));
    assertThat(await(writer.flush())).isEqualTo(durable(chunk, 10));
    writer.close();
  }

  @Test
  void openWriter_sameNonce_fencesTheOlderStreamBeforeItTellsTheLength() {
    ChunkId chunk = id(3);
    ChunkWriter older = open(chunk);
    fill(older, chunk, 0, 100, 100);
    await(older.flush());
    var unused = append(older, chunk, 100, 50);
    ChunkWriter newer = open(chunk);
    assertThat(newer.startBytes()).isEqualTo(150);
    assertThat(newer.startDurable()).isEqualTo(durable(chunk, 100));
    assertThat(newer.volume()).isEqualTo(older.volume());
    assertThat(failureOf(append(older, chunk, 150, 1))).isEqualTo(ErrorCode.FENCED);
    assertThat(failureOf(older.finish())).isEqualTo(ErrorCode.FENCED);
    older.close();
    fill(newer, chunk, 150, 200, 50);
    assertThat(await(newer.finish())).isEqualTo(durable(chunk, 200));
    newer.close();
  }

  @Test
  void openWriter_otherNonce_isFenced() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    WriterRequest other = new WriterRequest(chunk, NONCE + 1, LIMIT, EXPIRES);
    assertThat(failureOf(store().openWriter(other))).isEqualTo(ErrorCode.FENCED);
    fill(writer, chunk, 0, 10, 10);
    await(writer.flush());
    writer.close();
    assertThat(failureOf(store().openWriter(other))).isEqualTo(ErrorCode.FENCED);
  }

  @Test
  void openWriter_manyAtOnce_onlyOneNonceWins() {
    ChunkId chunk = id(3);
    List<CompletableFuture<ChunkWriter>> openings = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      openings.add(store().openWriter(new WriterRequest(chunk, i, LIMIT, EXPIRES)));
    }
    List<ChunkWriter> winners = new ArrayList<>();
    for (CompletableFuture<ChunkWriter> opening : openings) {
      try {
        winners.add(await(opening));
      } catch (io.shoal.common.error.ShoalException refused) {
        assertThat(refused.code()).isEqualTo(ErrorCode.FENCED);
      }
    }
    assertThat(winners).hasSize(1);
    winners.get(0).close();
  }

  @Test
  void openWriter_finishedChunk_isFenced() {
    ChunkId chunk = id(3);
    write(chunk, 10, 10);
    assertThat(failureOf(store().openWriter(request(chunk)))).isEqualTo(ErrorCode.FENCED);
    restart();
    assertThat(failureOf(store().openWriter(request(chunk)))).isEqualTo(ErrorCode.FENCED);
  }

  @Test
  void openWriter_afterRestart_isFencedAtTheDurableLength() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, 100_000, 30_000);
    await(writer.flush());
    fill(writer, chunk, 100_000, 200_000, 30_000);
    restart();
    assertThat(describe(chunk).state()).isEqualTo(State.CLOSED);
    assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, 100_000));
    assertThat(failureOf(store().openWriter(request(chunk)))).isEqualTo(ErrorCode.FENCED);
    assertReads(chunk, 0, 100_000);
    assertThat(failureOf(store().openReader(chunk, 0, 100_001))).isEqualTo(ErrorCode.REPLICA_SHORT);
  }

  @Test
  void openWriter_nothingCameBefore_beginsAnew() {
    ChunkId chunk = id(3);
    open(chunk).close();
    ChunkWriter other =
        await(store().openWriter(new WriterRequest(chunk, NONCE + 1, LIMIT, EXPIRES)));
    assertThat(other.startBytes()).isZero();
    other.close();
    awaitForgotten(chunk);
  }

  @Test
  void append_afterFinish_isFenced() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, 10, 10);
    CompletableFuture<DurableLength> finish = writer.finish();
    assertThat(failureOf(append(writer, chunk, 10, 1))).isEqualTo(ErrorCode.FENCED);
    assertThat(await(finish)).isEqualTo(durable(chunk, 10));
    writer.close();
  }

  @Test
  void append_wrongOffset_breaksTheStreamAndNotTheChunk() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, 10, 10);
    assertThat(failureOf(append(writer, chunk, 11, 5))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failureOf(append(writer, chunk, 10, 5)))
        .as("the stream is broken")
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failureOf(writer.flush())).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    writer.close();
    ChunkWriter again = open(chunk);
    assertThat(again.startBytes()).isEqualTo(10);
    fill(again, chunk, 10, 20, 10);
    assertThat(await(again.finish())).isEqualTo(durable(chunk, 20));
    again.close();
  }

  @Test
  void append_wrongChecksum_takesNothing() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    byte[] bytes = content(chunk, 0, 3 * BLOCK);
    int crc32c = Crc32c.of(bytes);
    bytes[20_000] ^= 4;
    assertThat(failureOf(writer.append(0, crc32c, buffer(bytes))))
        .isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    writer.close();
    awaitForgotten(chunk);
  }

  @Test
  void append_beyondTheLimit_isRefused() {
    ChunkId chunk = id(3);
    ChunkWriter writer = await(store().openWriter(new WriterRequest(chunk, NONCE, 100, EXPIRES)));
    fill(writer, chunk, 0, 100, 60);
    assertThat(failureOf(append(writer, chunk, 100, 1))).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    writer.close();
  }

  @Test
  void openReader_unknownChunk_saysSo() {
    assertThat(failureOf(store().openReader(id(9), 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
  }

  @Test
  void openReader_rangeOutOfBounds_isRefused() {
    ChunkId chunk = id(3);
    write(chunk, 100, 100);
    assertThat(failureOf(store().openReader(chunk, 100, 1))).isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(failureOf(store().openReader(chunk, 0, 101))).isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(failureOf(store().openReader(chunk, 0, 0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failureOf(store().openReader(chunk, -1, 1))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failureOf(store().openReader(chunk, 2, Integer.MAX_VALUE)))
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void findPlace_smallChunk_isInline() {
    ChunkId chunk = id(3);
    int length = 5 * BLOCK + 77;
    write(chunk, length, 50_000);
    for (int[] range : new int[][] {{0, length}, {BLOCK + 1, 2}, {length - 1, 1}, {0, BLOCK}}) {
      ChunkPlace place = await(store().findPlace(chunk, range[0], range[1]));
      assertThat(place.file()).isNull();
      assertHolds(place, chunk, range[0], range[1]);
    }
  }

  @Test
  void findPlace_whatCanNotBeRead_failsAsAReadDoes() {
    assertThat(failureOf(store().findPlace(id(9), 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    ChunkId chunk = id(3);
    write(chunk, 100, 100);
    assertThat(failureOf(store().findPlace(chunk, 0, 101))).isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(failureOf(store().findPlace(chunk, 0, 0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failureOf(store().findPlace(chunk, 2, Integer.MAX_VALUE)))
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void next_frames_areAlignedAndCoverTheRange() {
    ChunkId chunk = id(3);
    write(chunk, 10 * BLOCK, 50_000);
    List<Integer> ends = new ArrayList<>();
    try (ChunkReader reader = await(store().openReader(chunk, 5, 9 * BLOCK))) {
      while (reader.hasNext()) {
        ReadFrame frame = await(reader.next());
        ends.add(frame.offset() + frame.payload().readableBytes());
        frame.payload().release();
      }
    }
    assertThat(ends).containsExactly(2 * BLOCK, 4 * BLOCK, 6 * BLOCK, 8 * BLOCK, 9 * BLOCK + 5);
  }

  @Test
  void close_readerInTheMiddle_givesEverythingBack() {
    ChunkId chunk = id(3);
    write(chunk, 20 * BLOCK, 50_000);
    ChunkReader reader = await(store().openReader(chunk, 0, 20 * BLOCK));
    await(reader.next()).payload().release();
    CompletableFuture<ReadFrame> outstanding = reader.next();
    reader.close();
    await(outstanding).payload().release();
    assertThat(reader.hasNext()).isFalse();
    ChunkReader unread = await(store().openReader(chunk, 0, 20 * BLOCK));
    unread.close();
    unread.close();
  }

  @Test
  void delete_chunks_areGoneAlsoAfterRestart() {
    ChunkId small = id(3);
    ChunkId large = id(4);
    ChunkId kept = id(5);
    write(small, 100, 100);
    write(large, 2 * SMALL, 100_000);
    write(kept, 2 * SMALL, 100_000);
    assertThat(await(store().delete(List.of(small, large, small, id(99)))))
        .containsExactlyInAnyOrder(small, large, id(99));
    for (int i = 0; i < 2; i++) {
      assertThat(describe(small).state()).isEqualTo(State.UNKNOWN);
      assertThat(describe(large).state()).isEqualTo(State.UNKNOWN);
      assertThat(failureOf(store().openReader(large, 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
      assertReads(kept, 0, 2 * SMALL);
      restart();
    }
  }

  @Test
  void delete_openChunk_fencesItsWriter() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, SMALL + BLOCK, 100_000);
    await(writer.flush());
    assertThat(await(store().delete(List.of(chunk)))).containsExactly(chunk);
    assertThat(failureOf(append(writer, chunk, SMALL + BLOCK, 1))).isEqualTo(ErrorCode.FENCED);
    assertThat(describe(chunk).state()).isEqualTo(State.UNKNOWN);
    writer.close();
  }

  @Test
  void delete_whileItIsRead_letsTheReaderGoOn() {
    ChunkId chunk = id(3);
    write(chunk, 20 * BLOCK, 100_000);
    int received = 0;
    try (ChunkReader reader = await(store().openReader(chunk, 0, 20 * BLOCK))) {
      await(store().delete(List.of(chunk)));
      while (reader.hasNext()) {
        ReadFrame frame = await(reader.next());
        received += frame.payload().readableBytes();
        frame.payload().release();
      }
    }
    assertThat(received).isEqualTo(20 * BLOCK);
  }

  @Test
  void inventory_pages_areSortedOverAllVolumes() {
    List<ChunkId> written = new ArrayList<>();
    for (long value : new long[] {5, -3, 77, 1, Long.MIN_VALUE, 12, 13, Long.MAX_VALUE}) {
      write(id(value), 10, 10);
      written.add(id(value));
    }
    written.sort(null);
    List<ChunkId> listed = new ArrayList<>();
    List<ChunkDescription> page = List.of();
    do {
      page = await(store().inventory(page.isEmpty() ? null : listed.get(listed.size() - 1), 3));
      page.forEach(description -> listed.add(description.chunk()));
    } while (page.size() == 3);
    assertThat(listed).isEqualTo(written);
    assertThat(await(store().inventory(null, 100)))
        .allMatch(found -> found.equals(describe(found.chunk())))
        .extracting(ChunkDescription::volume)
        .as("chunks lie on both volumes")
        .containsAll(store().reports().stream().map(VolumeReport::volume).toList());
  }

  @Test
  void expiredUnconfirmed_afterConfirm_namesTheRest() {
    for (int i = 1; i <= 6; i++) {
      ChunkWriter writer =
          await(store().openWriter(new WriterRequest(id(i), NONCE, LIMIT, 100L * (7 - i))));
      fill(writer, id(i), 0, 10, 10);
      await(writer.finish());
      writer.close();
    }
    await(store().confirm(List.of(id(5), id(3), id(99))));
    ExpiredChunk sixth = new ExpiredChunk(100, id(6));
    ExpiredChunk fourth = new ExpiredChunk(300, id(4));
    ExpiredChunk second = new ExpiredChunk(500, id(2));
    ExpiredChunk first = new ExpiredChunk(600, id(1));
    assertThat(await(store().expiredUnconfirmed(601, null, 10)))
        .containsExactly(sixth, fourth, second, first);
    restart();
    assertThat(await(store().expiredUnconfirmed(600, null, 10)))
        .containsExactly(sixth, fourth, second);
    assertThat(await(store().expiredUnconfirmed(600, sixth, 1))).containsExactly(fourth);
    await(store().delete(List.of(id(6))));
    assertThat(await(store().expiredUnconfirmed(600, null, 1))).containsExactly(fourth);
  }

  @Test
  void unconfirm_namesAgain_whatIsThere() {
    writeUnder(id(1), 100);
    writeUnder(id(2), 100);
    await(store().confirm(List.of(id(1), id(2))));
    await(store().delete(List.of(id(2))));
    assertThat(await(store().unconfirm(List.of(id(1), id(2), id(3))))).containsExactly(id(1));
    restart();
    assertThat(await(store().expiredUnconfirmed(101, null, 10)))
        .containsExactly(new ExpiredChunk(100, id(1)));
    await(store().confirm(List.of(id(1))));
    assertThat(await(store().expiredUnconfirmed(101, null, 10))).isEmpty();
  }

  /** Rule G1: what the leader said of a chunk holds for the grant that it was asked about. */
  @Test
  void deleteExpired_chunkWasWrittenAnewUnderALaterGrant_stays() {
    ChunkId same = id(1);
    ChunkId anew = id(2);
    for (ChunkId chunk : List.of(same, anew)) {
      writeUnder(chunk, 100);
    }
    List<ExpiredChunk> asked = await(store().expiredUnconfirmed(200, null, 10));
    await(store().delete(List.of(anew)));
    writeUnder(anew, 900);

    Await.until(
        "it is deleted, once it does not count as open any more",
        () -> {
          await(store().deleteExpired(asked));
          return describe(same).state() == ChunkDescription.State.UNKNOWN;
        });
    assertThat(describe(anew).durable().bytes()).isEqualTo(10);
  }

  /** Rule G5: what is in the trash is there, and nobody finds it. */
  @ParameterizedTest
  @ValueSource(ints = {100, SMALL + 77})
  void trash_put_hidesTheChunkUntilItIsTakenBack(int length) {
    ChunkId chunk = id(1);
    write(chunk, length, 2 * BLOCK);
    write(id(2), 10, 10);
    throwAway(chunk, 7_000);
    for (int i = 0; i < 2; i++) {
      assertHiddenInTrash(chunk, length);
      restart();
    }

    await(store().trash().takeBack(List.of(chunk, id(2), id(99))));
    for (int i = 0; i < 2; i++) {
      assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, length));
      assertReads(chunk, 0, length);
      assertThat(await(store().inventory(null, 10)))
          .extracting(ChunkDescription::chunk)
          .containsExactly(chunk, id(2));
      assertThat(await(store().expiredUnconfirmed(EXPIRES + 1, null, 10)))
          .contains(new ExpiredChunk(EXPIRES, chunk));
      assertTotals(2, length + 10, 0, 0);
      restart();
    }
  }

  /** One that was finished a moment ago may count as open for another one. */
  private void throwAway(ChunkId chunk, long sinceMillis) {
    Await.until(
        "chunk " + chunk + " is in the trash",
        () -> {
          await(store().trash().put(List.of(new ExpiredChunk(EXPIRES, chunk)), sinceMillis));
          return describe(chunk).state() == ChunkDescription.State.UNKNOWN;
        });
  }

  private void assertHiddenInTrash(ChunkId chunk, int length) {
    assertThat(describe(chunk).state()).isEqualTo(ChunkDescription.State.UNKNOWN);
    assertThat(failureOf(store().openReader(chunk, 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(failureOf(store().findPlace(chunk, 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(failureOf(store().openWriter(request(chunk)))).isEqualTo(ErrorCode.FENCED);
    assertThat(await(store().inventory(null, 10)))
        .extracting(ChunkDescription::chunk)
        .containsExactly(id(2));
    assertThat(await(store().expiredUnconfirmed(EXPIRES + 1, null, 10)))
        .containsExactly(new ExpiredChunk(EXPIRES, id(2)));
    TrashedChunk trashed = new TrashedChunk(7_000, new ExpiredChunk(EXPIRES, chunk));
    assertThat(await(store().trash().list(7_001, null, 10))).containsExactly(trashed);
    assertThat(await(store().trash().list(7_000, null, 10))).isEmpty();
    assertThat(await(store().trash().list(7_001, trashed, 10))).isEmpty();
    assertTotals(1, 10, 1, length);
  }

  private void assertTotals(long chunks, long bytes, long trashChunks, long trashBytes) {
    List<VolumeReport> reports = store().reports();
    assertThat(reports.stream().mapToLong(VolumeReport::chunkCount).sum()).isEqualTo(chunks);
    assertThat(reports.stream().mapToLong(VolumeReport::usedBytes).sum()).isEqualTo(bytes);
    assertThat(reports.stream().mapToLong(VolumeReport::trashChunks).sum()).isEqualTo(trashChunks);
    assertThat(reports.stream().mapToLong(VolumeReport::trashBytes).sum()).isEqualTo(trashBytes);
  }

  /** As deleteExpired: what the leader said holds for the grant that it was asked about. */
  @Test
  void trash_put_chunkWasWrittenAnewUnderALaterGrant_stays() {
    writeUnder(id(1), 100);
    List<ExpiredChunk> asked = await(store().expiredUnconfirmed(200, null, 10));
    await(store().delete(List.of(id(1))));
    writeUnder(id(1), 900);

    await(store().trash().put(asked, 1_000));

    assertThat(describe(id(1)).durable().bytes()).isEqualTo(10);
    assertThat(await(store().trash().list(Long.MAX_VALUE, null, 10))).isEmpty();
  }

  @Test
  void trash_put_chunkIsOpen_stays() {
    ChunkWriter writer = open(id(1));
    fill(writer, id(1), 0, 10, 10);
    await(writer.flush());

    await(store().trash().put(List.of(new ExpiredChunk(EXPIRES, id(1))), 1_000));

    fill(writer, id(1), 10, 20, 10);
    assertThat(await(writer.finish())).isEqualTo(durable(id(1), 20));
    writer.close();
    assertReads(id(1), 0, 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SMALL + 77})
  void trash_erase_isForGood_ifItIsInTheTrashSinceThen(int length) {
    ChunkId chunk = id(1);
    write(chunk, length, 2 * BLOCK);
    ExpiredChunk expired = new ExpiredChunk(EXPIRES, chunk);
    throwAway(chunk, 7_000);
    await(store().trash().takeBack(List.of(chunk)));
    throwAway(chunk, 8_000);

    await(store().trash().erase(List.of(new TrashedChunk(7_000, expired))));
    assertTotals(0, 0, 1, length);
    await(store().trash().erase(List.of(new TrashedChunk(8_000, expired))));
    for (int i = 0; i < 2; i++) {
      assertTotals(0, 0, 0, 0);
      assertThat(await(store().trash().list(Long.MAX_VALUE, null, 10))).isEmpty();
      await(store().trash().takeBack(List.of(chunk)));
      assertThat(describe(chunk).state()).isEqualTo(ChunkDescription.State.UNKNOWN);
      restart();
    }
    write(chunk, 5, 5);
    assertReads(chunk, 0, 5);
  }

  /** A deletion by order, and a copy that needs the place, do not wait for the trash. */
  @ParameterizedTest
  @ValueSource(ints = {100, SMALL + 77})
  void delete_chunkIsInTheTrash_isErased(int length) {
    ChunkId chunk = id(1);
    write(chunk, length, 2 * BLOCK);
    throwAway(chunk, 7_000);
    assertThat(await(store().delete(List.of(chunk)))).containsExactly(chunk);
    assertTotals(0, 0, 0, 0);
    write(chunk, 5, 5);
    restart();
    assertReads(chunk, 0, 5);
    assertThat(await(store().trash().list(Long.MAX_VALUE, null, 10))).isEmpty();
  }

  @Test
  void trash_list_pagesComeByTime() {
    for (int i = 1; i <= 6; i++) {
      write(id(i), 10, 10);
      throwAway(id(i), 50L * (7 - i));
    }
    List<ChunkId> seen = new ArrayList<>();
    TrashedChunk after = null;
    List<TrashedChunk> page;
    do {
      page = await(store().trash().list(Long.MAX_VALUE, after, 4));
      page.forEach(trashed -> seen.add(trashed.chunk().chunk()));
      after = page.isEmpty() ? null : page.get(page.size() - 1);
    } while (page.size() == 4);
    assertThat(seen).containsExactly(id(6), id(5), id(4), id(3), id(2), id(1));
  }

  @Test
  void trash_brake_isNotedOverARestart() {
    assertThat(await(store().trash().brakeNote())).isEqualTo(BrakeNote.NONE);
    await(store().trash().noteBrake(new BrakeNote(1, true, 77, 0, MetadataHistory.NONE)));
    BrakeNote last = new BrakeNote(2, false, 77, 5, new MetadataHistory(2, 88));
    await(store().trash().noteBrake(last));
    restart();
    assertThat(await(store().trash().brakeNote())).isEqualTo(last);
  }

  private void writeUnder(ChunkId chunk, long expiresAtMillis) {
    ChunkWriter writer =
        await(store().openWriter(new WriterRequest(chunk, NONCE, LIMIT, expiresAtMillis)));
    fill(writer, chunk, 0, 10, 10);
    await(writer.finish());
    writer.close();
  }

  @Test
  void scrubNote_isNotedOverARestart() {
    assertThat(await(store().scrubNote())).isEqualTo(ScrubNote.NONE);
    ScrubNote first = new ScrubNote(id(7), 100, 1, 5, 2);
    await(store().noteScrub(first));
    restart();
    assertThat(await(store().scrubNote())).isEqualTo(first);
    ScrubNote ended = new ScrubNote(null, 200, 1, 6, 1);
    await(store().noteScrub(ended));
    assertThat(await(store().scrubNote())).isEqualTo(ended);
  }

  @Test
  void advanceLogClock_pastTheGrant_closesTheChunkAtItsDurableLength() {
    ChunkId chunk = id(3);
    ChunkId nothingDurable = id(4);
    ChunkWriter writer = open(chunk);
    ChunkWriter other = open(nothingDurable);
    fill(writer, chunk, 0, 100, 100);
    await(writer.flush());
    fill(writer, chunk, 100, 200, 100);
    fill(other, nothingDurable, 0, 2 * SMALL, 100_000);
    store().advanceLogClock(EXPIRES);
    fill(writer, chunk, 200, 300, 100);
    store().advanceLogClock(EXPIRES + 1);
    assertThat(failureOf(append(writer, chunk, 300, 1))).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(failureOf(other.finish())).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(failureOf(store().openWriter(request(id(5))))).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(describe(chunk).state()).isEqualTo(State.CLOSED);
    assertThat(describe(chunk).durable()).isEqualTo(durable(chunk, 100));
    assertThat(describe(nothingDurable).state()).isEqualTo(State.UNKNOWN);
    assertThat(store().load()).isEqualTo(new StoreLoad(0, 0, 0));
    writer.close();
    other.close();
  }

  @Test
  void reports_chunks_areCounted() {
    write(id(1), 100, 100);
    write(id(2), 2 * SMALL, 100_000);
    ChunkWriter writer = open(id(3));
    fill(writer, id(3), 0, 1_000, 1_000);
    await(writer.flush());
    fill(writer, id(3), 1_000, 3_000, 1_000);
    // Who finishes a chunk is answered a moment before it leaves the open ones.
    StoreLoad expected = new StoreLoad(1, 0, 2_000);
    Await.until("a load of " + expected, () -> store().load().equals(expected));
    assertThat(sum(VolumeReport::chunkCount)).isEqualTo(3);
    assertThat(sum(VolumeReport::usedBytes)).isEqualTo(100 + 2 * SMALL + 1_000);
    restart();
    assertThat(sum(VolumeReport::chunkCount)).isEqualTo(3);
    await(store().delete(List.of(id(2), id(3))));
    assertThat(sum(VolumeReport::chunkCount)).isEqualTo(1);
    assertThat(sum(VolumeReport::usedBytes)).isEqualTo(100);
    assertThat(store().reports())
        .allMatch(report -> report.health() == VolumeHealth.HEALTHY)
        .allMatch(
            report ->
                report.availableBytes() > 0 && report.capacityBytes() >= report.availableBytes());
  }

  @Test
  void close_whileChunksAreOpen_finishesWhatWasAcceptedAndRefusesTheRest() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    var unused = append(writer, chunk, 0, 100);
    CompletableFuture<DurableLength> flush = writer.flush();
    CompletableFuture<Void> closed = store().close();
    assertThat(await(flush)).isEqualTo(durable(chunk, 100));
    await(closed);
    assertThat(failureOf(append(writer, chunk, 100, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failureOf(store().openReader(chunk, 0, 1))).isNotNull();
    writer.close();
  }

  /** Waits until the end of a stream has taken effect, which nobody is told of. */
  private void awaitForgotten(ChunkId chunk) {
    Await.until("chunk is forgotten", () -> describe(chunk).state() == State.UNKNOWN);
  }

  private long sum(java.util.function.ToLongFunction<VolumeReport> number) {
    return store().reports().stream().mapToLong(number).sum();
  }
}
