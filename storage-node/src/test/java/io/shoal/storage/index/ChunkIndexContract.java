package io.shoal.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every index does. */
abstract class ChunkIndexContract {
  private static final int BLOCK = RecordCodec.BLOCK_BYTES;

  /** Opens the one index of the test; again after it was closed. */
  abstract ChunkIndex open() throws IOException;

  @Test
  void scrubbedUpTo_isNoted_andForgottenAtTheEndOfAPass() throws IOException {
    try (ChunkIndex index = open()) {
      assertThat(index.scrubNote()).isEqualTo(ScrubNote.NONE);
      index.commit(List.of(new IndexUpdate.Scrubbed(new ScrubNote(new ChunkId(9), 1, 2, 3, 4))));
    }
    try (ChunkIndex index = open()) {
      assertThat(index.scrubNote()).isEqualTo(new ScrubNote(new ChunkId(9), 1, 2, 3, 4));
      index.commit(List.of(new IndexUpdate.Scrubbed(new ScrubNote(null, 0, 0, 5, 6))));
      assertThat(index.scrubNote()).isEqualTo(new ScrubNote(null, 0, 0, 5, 6));
    }
  }

  @Test
  void brake_isNoted() throws IOException {
    BrakeNote on = new BrakeNote(7, true, 1_000, 3, new MetadataHistory(1, 2_000));
    try (ChunkIndex index = open()) {
      assertThat(index.brakeNote()).isEqualTo(BrakeNote.NONE);
      index.commit(List.of(new IndexUpdate.NoteBrake(on)));
    }
    try (ChunkIndex index = open()) {
      assertThat(index.brakeNote()).isEqualTo(on);
    }
  }

  @Test
  void trash_holdsHeadsByTime_andGivesThemBack() throws IOException {
    IndexUpdate.Put file = put(7, Place.FILE, 2 * BLOCK + 5, 5);
    IndexUpdate.Put small = put(-1, Place.INDEX, 200, 200);
    IndexUpdate.Put other = put(9, Place.INDEX, 10, 10);
    Trashed first = new Trashed(50, other.head());
    Trashed second = new Trashed(100, file.head());
    Trashed third = new Trashed(100, small.head());
    try (ChunkIndex index = open()) {
      index.commit(List.of(file, small, other));
      index.commit(
          List.of(
              new IndexUpdate.MoveToTrash(file.head(), 100),
              new IndexUpdate.MoveToTrash(small.head(), 100),
              new IndexUpdate.MoveToTrash(other.head(), 50)));
    }
    try (ChunkIndex index = open()) {
      assertThat(index.heads(null, 10)).isEmpty();
      assertThat(index.head(file.head().chunk())).isNull();
      assertThat(index.unconfirmed(Long.MAX_VALUE, null, 10)).isEmpty();
      assertThat(index.trashed(file.head().chunk())).isEqualTo(second);
      assertThat(index.trashed(new ChunkId(1))).isNull();
      assertThat(index.trash(Long.MAX_VALUE, null, 10)).containsExactly(first, second, third);
      assertThat(index.trash(100, null, 10)).containsExactly(first);
      assertThat(index.trash(101, first, 1)).containsExactly(second);
      assertThat(index.trash(101, second, 1)).containsExactly(third);

      index.commit(List.of(new IndexUpdate.TakeBack(second), new IndexUpdate.Erase(third)));
    }
    try (ChunkIndex index = open()) {
      assertThat(index.heads(null, 10)).containsExactly(file.head());
      assertSame(index.content(file.head()), file.content());
      assertThat(index.unconfirmed(Long.MAX_VALUE, null, 10))
          .containsExactly(new Unconfirmed(1000, file.head().chunk()));
      assertThat(index.trash(Long.MAX_VALUE, null, 10)).containsExactly(first);
      assertThat(index.trashed(small.head().chunk())).isNull();
      assertThat(index.content(small.head())).isNull();
    }
  }

  @Test
  void head_unknownChunk_isNull() throws IOException {
    try (ChunkIndex index = open()) {
      assertThat(index.head(new ChunkId(1))).isNull();
      assertThat(index.content(head(1, Place.FILE, 0))).isNull();
      assertThat(index.heads(null, 10)).isEmpty();
      assertThat(index.sequencesReservedBelow()).isEqualTo(1);
    }
  }

  @Test
  void commit_put_survivesAReopening() throws IOException {
    IndexUpdate.Put file = put(7, Place.FILE, 2 * BLOCK + 5, 5);
    IndexUpdate.Put small = put(-1, Place.INDEX, 200_000, 200_000);
    IndexUpdate.Put empty = put(9, Place.INDEX, 0, 0);
    try (ChunkIndex index = open()) {
      index.commit(List.of(file, small, empty, new IndexUpdate.ReserveSequences(77)));
    }
    try (ChunkIndex index = open()) {
      for (IndexUpdate.Put expected : List.of(file, small, empty)) {
        ChunkHead found = index.head(expected.head().chunk());
        assertThat(found).isEqualTo(expected.head());
        assertSame(index.content(found), expected.content());
      }
      assertThat(index.sequencesReservedBelow()).isEqualTo(77);
    }
  }

  @Test
  void commit_putAgain_replaces() throws IOException {
    try (ChunkIndex index = open()) {
      index.commit(List.of(put(7, Place.FILE, 10, 10)));
      IndexUpdate.Put longer = put(7, Place.FILE, BLOCK + 20, 20);
      index.commit(List.of(put(7, Place.FILE, 15, 15), longer));
      assertThat(index.head(new ChunkId(7))).isEqualTo(longer.head());
      assertSame(index.content(longer.head()), longer.content());
    }
  }

  @Test
  void commit_delete_removesEverything() throws IOException {
    IndexUpdate.Put file = put(7, Place.FILE, 10, 10);
    IndexUpdate.Put small = put(8, Place.INDEX, 10, 10);
    try (ChunkIndex index = open()) {
      index.commit(List.of(file, small));
      index.commit(
          List.of(
              new IndexUpdate.Delete(file.head().chunk(), file.head().expiresAtMillis()),
              new IndexUpdate.Delete(small.head().chunk(), small.head().expiresAtMillis())));
      assertThat(index.head(file.head().chunk())).isNull();
      assertThat(index.content(file.head())).isNull();
      assertThat(index.content(small.head())).isNull();
      assertThat(index.heads(null, 10)).isEmpty();
      assertThat(index.unconfirmed(Long.MAX_VALUE, null, 10)).isEmpty();
    }
  }

  @Test
  void heads_pages_comeInUnsignedOrder() throws IOException {
    long[] ids = {1, 2, 255, 256, Long.MAX_VALUE, Long.MIN_VALUE, -2, -1};
    try (ChunkIndex index = open()) {
      List<Integer> order = new ArrayList<>(List.of(3, 7, 0, 5, 1, 6, 2, 4));
      for (int i : order) {
        index.commit(List.of(put(ids[i], Place.FILE, 3, 3)));
      }
      List<Long> seen = new ArrayList<>();
      ChunkId after = null;
      List<ChunkHead> page;
      do {
        page = index.heads(after, 3);
        for (ChunkHead head : page) {
          seen.add(head.chunk().value());
          after = head.chunk();
        }
      } while (page.size() == 3);
      assertThat(seen).containsExactly(java.util.Arrays.stream(ids).boxed().toArray(Long[]::new));
      assertThat(index.heads(new ChunkId(3), 1))
          .extracting(ChunkHead::chunk)
          .containsExactly(new ChunkId(255));
    }
  }

  @Test
  void unconfirmed_byExpiry_leavesOutConfirmedAndLaterOnes() throws IOException {
    try (ChunkIndex index = open()) {
      index.commit(
          List.of(
              putExpiring(-1, 100, true),
              putExpiring(2, 100, true),
              putExpiring(3, 50, true),
              putExpiring(4, 200, true)));
      // A second record of a chunk does not bring it back.
      index.commit(
          List.of(new IndexUpdate.Confirm(new ChunkId(2), 100), putExpiring(2, 100, false)));
      Unconfirmed first = new Unconfirmed(50, new ChunkId(3));
      Unconfirmed second = new Unconfirmed(100, new ChunkId(-1));
      assertThat(index.unconfirmed(200, null, 10)).containsExactly(first, second);
      assertThat(index.unconfirmed(100, null, 10)).containsExactly(first);
      assertThat(index.unconfirmed(201, null, 2)).containsExactly(first, second);
      assertThat(index.unconfirmed(201, second, 2))
          .containsExactly(new Unconfirmed(200, new ChunkId(4)));
      assertThat(index.unconfirmed(201, new Unconfirmed(60, new ChunkId(1)), 1))
          .containsExactly(second);
    }
  }

  @Test
  void unconfirmed_takenBack_isNamedAgain() throws IOException {
    try (ChunkIndex index = open()) {
      index.commit(List.of(putExpiring(2, 100, true)));
      index.commit(List.of(new IndexUpdate.Confirm(new ChunkId(2), 100)));
      assertThat(index.unconfirmed(200, null, 10)).isEmpty();
      index.commit(List.of(new IndexUpdate.Unconfirm(new ChunkId(2), 100)));
      assertThat(index.unconfirmed(200, null, 10))
          .containsExactly(new Unconfirmed(100, new ChunkId(2)));
      index.commit(List.of(new IndexUpdate.Delete(new ChunkId(2), 100)));
      assertThat(index.unconfirmed(200, null, 10)).isEmpty();
    }
  }

  private static void assertSame(ChunkContent actual, ChunkContent expected) {
    assertThat(actual.lengthBytes()).isEqualTo(expected.lengthBytes());
    assertThat(actual.blockCount()).isEqualTo(expected.blockCount());
    for (int i = 0; i < expected.blockCount(); i++) {
      assertThat(actual.blockCrc(i)).isEqualTo(expected.blockCrc(i));
    }
    assertThat(actual.inlineStart()).isEqualTo(expected.inlineStart());
    ByteBuffer inline = expected.inline(expected.inlineStart(), expected.inlineBytes());
    assertThat(actual.inline(actual.inlineStart(), actual.inlineBytes())).isEqualTo(inline);
  }

  private static IndexUpdate.Put putExpiring(long id, long expiresAtMillis, boolean first) {
    ChunkHead head = new ChunkHead(new ChunkId(id), Place.FILE, false, 0, 0, 0, 1, expiresAtMillis);
    return new IndexUpdate.Put(head, new ChunkContent(0, new int[0], new byte[0]), first);
  }

  static IndexUpdate.Put put(long id, Place place, int length, int inline) {
    Random random = new Random(id);
    byte[] bytes = new byte[inline];
    random.nextBytes(bytes);
    int[] crcs = random.ints((length + BLOCK - 1) / BLOCK).toArray();
    return new IndexUpdate.Put(
        head(id, place, length), new ChunkContent(length, crcs, bytes), true);
  }

  static ChunkHead head(long id, Place place, int length) {
    return new ChunkHead(
        new ChunkId(id), place, place == Place.INDEX, length, (int) id * 31, id + 5, ~id, 1000);
  }
}
