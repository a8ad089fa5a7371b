package io.shoal.metadata.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule S2: what stores of the same log have in common, and others do not. */
class DigestTest {
  private static final int INTERVAL = DigestChain.INTERVAL;

  @TempDir private Path directory;

  private RocksStateStore open(String name) {
    return RocksStateStore.open(
        directory.resolve(name),
        RocksSettings.DEFAULT,
        (where, fault) -> {
          throw new AssertionError(where, fault);
        });
  }

  private static void commit(RocksStateStore store, long index, String... values) {
    StateWriter writer = store.begin();
    for (String value : values) {
      writer.put(Table.INODES, value.getBytes(UTF_8), ("row " + value).getBytes(UTF_8));
    }
    store.commit(writer, new LogPosition(1, index));
  }

  /** Up to and with the first entry behind a milestone. */
  private static void commitAll(RocksStateStore store, int from, int to) {
    for (int i = from; i <= to; i++) {
      commit(store, i, "a" + i % 7, "b");
    }
  }

  @Test
  void sameEntries_haveTheSameDigest_alsoOverARestart() {
    StateDigest digest;
    try (RocksStateStore whole = open("whole")) {
      commitAll(whole, 1, INTERVAL - 1);
      assertThat(whole.digest()).isNull();
      commitAll(whole, INTERVAL, INTERVAL + 1);
      digest = whole.digest();
      assertThat(digest).isNotNull();
      assertThat(digest.firstIndex()).isEqualTo(1);
      assertThat(digest.lastIndex()).isEqualTo(INTERVAL - 1);
    }
    try (RocksStateStore first = open("parts")) {
      commitAll(first, 1, 100);
      first.flush();
    }
    try (RocksStateStore second = open("parts")) {
      commitAll(second, 101, INTERVAL);
      second.flush();
      assertThat(second.digest()).isEqualTo(digest);
    }
    try (RocksStateStore third = open("parts")) {
      assertThat(third.digest()).isEqualTo(digest);
    }
  }

  @Test
  void otherValueKeyOrTable_isAnotherDigest_andStaysOne() {
    StateDigest same = digestWith("same", "x", Table.INODES, "y");
    assertThat(digestWith("value", "x", Table.INODES, "z").contradicts(same)).isTrue();
    assertThat(digestWith("key", "w", Table.INODES, "y").contradicts(same)).isTrue();
    assertThat(digestWith("table", "x", Table.CHUNKS, "y").contradicts(same)).isTrue();
    assertThat(digestWith("again", "x", Table.INODES, "y")).isEqualTo(same);
  }

  private StateDigest digestWith(String name, String key, Table table, String value) {
    try (RocksStateStore store = open(name)) {
      StateWriter writer = store.begin();
      writer.put(table, key.getBytes(UTF_8), value.getBytes(UTF_8));
      store.commit(writer, new LogPosition(1, 1));
      commitAll(store, 2, 3 * INTERVAL);
      StateDigest digest = store.digest();
      assertThat(digest).isNotNull();
      return digest;
    }
  }

  @Test
  void deletion_isAChange() {
    StateDigest put = digestAfter("put", false);
    assertThat(digestAfter("deleted", true).contradicts(put)).isTrue();
  }

  private StateDigest digestAfter(String name, boolean delete) {
    try (RocksStateStore store = open(name)) {
      commit(store, 1, "a");
      StateWriter writer = store.begin();
      if (delete) {
        writer.delete(Table.INODES, "a".getBytes(UTF_8));
      }
      store.commit(writer, new LogPosition(1, 2));
      commit(store, INTERVAL, "b");
      StateDigest digest = store.digest();
      assertThat(digest).isNotNull();
      return digest;
    }
  }

  /** Of a store that was made before there were digests, say: it can't be compared. */
  @Test
  void otherBegin_contradictsNobody() {
    assertThat(new StateDigest(1, 1, 255, 7).contradicts(new StateDigest(1, 100, 255, 8)))
        .isFalse();
    assertThat(new StateDigest(1, 1, 255, 7).contradicts(new StateDigest(1, 1, 511, 8))).isFalse();
    assertThat(new StateDigest(1, 1, 255, 7).contradicts(new StateDigest(1, 1, 255, 7))).isFalse();
  }
}
