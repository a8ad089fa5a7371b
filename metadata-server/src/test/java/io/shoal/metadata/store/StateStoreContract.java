package io.shoal.metadata.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class StateStoreContract {
  StateStore store;
  private long lastIndex;

  abstract StateStore open();

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void applied_newStore_isNone() {
    assertThat(store.applied()).isEqualTo(LogPosition.NONE);
    try (StateView view = store.view()) {
      assertThat(view.applied()).isEqualTo(LogPosition.NONE);
    }
  }

  @Test
  void commit_putAndDelete_showInNewViewsOnly() {
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    try (StateView before = store.view()) {
      write(
          w -> {
            w.put(Table.INODES, key("b"), key("2"));
            w.delete(Table.INODES, key("a"));
          });

      assertThat(rows(before, Table.INODES, "", null)).containsExactly("a=1");
      assertThat(before.applied().index()).isEqualTo(1);
      try (StateView after = store.view()) {
        assertThat(rows(after, Table.INODES, "", null)).containsExactly("b=2");
        assertThat(after.applied()).isEqualTo(new LogPosition(1, 2));
      }
    }
    assertThat(store.applied()).isEqualTo(new LogPosition(1, 2));
  }

  @Test
  void get_sameKeyInOtherTable_isAbsent() {
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    try (StateView view = store.view()) {
      assertThat(view.get(Table.INODES, key("a"))).isEqualTo(key("1"));
      assertThat(view.get(Table.CHUNKS, key("a"))).isNull();
      assertThat(view.get(Table.INODES, key("b"))).isNull();
    }
  }

  @Test
  void put_emptyValue_isPresentAndEmpty() {
    write(w -> w.put(Table.REPLICAS, key("a"), new byte[0]));
    try (StateView view = store.view()) {
      assertThat(view.get(Table.REPLICAS, key("a"))).isEmpty();
    }
  }

  @Test
  void scan_bytesAbove127_areOrderedAsUnsigned() {
    write(
        w -> {
          w.put(Table.INODES, new byte[] {(byte) 0x80}, key("high"));
          w.put(Table.INODES, new byte[] {0x7f}, key("low"));
          w.put(Table.INODES, new byte[] {0x7f, 0}, key("longer"));
        });
    try (StateView view = store.view();
        Cursor cursor = view.scan(Table.INODES, new byte[0], null)) {
      List<String> values = new ArrayList<>();
      while (cursor.next()) {
        values.add(new String(cursor.value(), UTF_8));
      }
      assertThat(values).containsExactly("low", "longer", "high");
    }
  }

  @Test
  void scan_bounds_includeFromExcludeTo() {
    write(w -> List.of("a", "b", "c", "d").forEach(k -> w.put(Table.ENTRIES, key(k), key(k))));
    try (StateView view = store.view()) {
      assertThat(rows(view, Table.ENTRIES, "b", "d")).containsExactly("b=b", "c=c");
      assertThat(rows(view, Table.ENTRIES, "b", "b")).isEmpty();
      assertThat(rows(view, Table.ENTRIES, "d", "b")).isEmpty();
      assertThat(rows(view, Table.ENTRIES, "e", null)).isEmpty();
      assertThat(rows(view, Table.ENTRIES, "c", null)).containsExactly("c=c", "d=d");
    }
  }

  @Test
  void last_range_givesGreatestKeyBelowTo() {
    write(w -> List.of("a", "c").forEach(k -> w.put(Table.EXTENTS, key(k), key(k))));
    try (StateView view = store.view()) {
      assertThat(last(view, "a", "c")).isEqualTo("a");
      assertThat(last(view, "a", "d")).isEqualTo("c");
      assertThat(last(view, "a", null)).isEqualTo("c");
      assertThat(last(view, "b", "c")).isNull();
      assertThat(last(view, "c", "a")).isNull();
      assertThat(last(view, "d", null)).isNull();
    }
  }

  @Test
  void writer_reads_seeItsOwnWrites() {
    write(w -> List.of("a", "b", "c").forEach(k -> w.put(Table.INODES, key(k), key("old"))));
    try (StateWriter writer = store.begin()) {
      writer.delete(Table.INODES, key("a"));
      writer.put(Table.INODES, key("b"), key("new"));
      writer.put(Table.INODES, key("bb"), key("new"));
      writer.delete(Table.INODES, key("c"));

      assertThat(writer.get(Table.INODES, key("a"))).isNull();
      assertThat(writer.get(Table.INODES, key("b"))).isEqualTo(key("new"));
      assertThat(rows(writer, Table.INODES, "", null)).containsExactly("b=new", "bb=new");
      assertThat(last(writer, Table.INODES, "", null)).isEqualTo("bb");
      assertThat(last(writer, Table.INODES, "", "bb")).isEqualTo("b");
      assertThat(last(writer, Table.INODES, "a", "b")).isNull();
    }
  }

  @Test
  void writer_closedWithoutCommit_leavesNothing() {
    try (StateWriter writer = store.begin()) {
      writer.put(Table.INODES, key("a"), key("1"));
    }
    try (StateView view = store.view()) {
      assertThat(view.get(Table.INODES, key("a"))).isNull();
    }
    assertThat(store.applied()).isEqualTo(LogPosition.NONE);
  }

  @Test
  void rollbackToSavepoint_nested_undoesOnlyTheInner() {
    write(w -> w.put(Table.INODES, key("base"), key("0")));
    write(
        w -> {
          w.put(Table.INODES, key("before"), key("1"));
          w.savepoint();
          w.put(Table.INODES, key("outer"), key("2"));
          w.savepoint();
          w.put(Table.INODES, key("before"), key("overwritten"));
          w.put(Table.CHUNKS, key("inner"), key("3"));
          w.delete(Table.INODES, key("base"));
          w.rollbackToSavepoint();
          w.releaseSavepoint();
        });
    try (StateView view = store.view()) {
      assertThat(rows(view, Table.INODES, "", null))
          .containsExactly("base=0", "before=1", "outer=2");
      assertThat(rows(view, Table.CHUNKS, "", null)).isEmpty();
    }
  }

  @Test
  void rollbackToSavepoint_afterRelease_undoesWhatTheOuterHolds() {
    write(
        w -> {
          w.savepoint();
          w.savepoint();
          w.put(Table.INODES, key("a"), key("1"));
          w.releaseSavepoint();
          w.rollbackToSavepoint();
          w.put(Table.INODES, key("b"), key("2"));
        });
    try (StateView view = store.view()) {
      assertThat(rows(view, Table.INODES, "", null)).containsExactly("b=2");
    }
  }

  @Test
  void rollbackToSavepoint_noneSet_isADefect() {
    try (StateWriter writer = store.begin()) {
      assertThatThrownBy(writer::rollbackToSavepoint).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(writer::releaseSavepoint).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void put_underOpenCursorOfTheTable_isADefect() {
    try (StateWriter writer = store.begin()) {
      try (Cursor cursor = writer.scan(Table.INODES, new byte[0], null)) {
        assertThat(cursor.next()).isFalse();
        assertThatThrownBy(() -> writer.put(Table.INODES, key("a"), key("1")))
            .isInstanceOf(IllegalStateException.class);
        writer.put(Table.CHUNKS, key("a"), key("1"));
      }
      writer.put(Table.INODES, key("a"), key("1"));
    }
  }

  @Test
  void begin_whileAWriterIsOpen_isADefect() {
    try (StateWriter writer = store.begin()) {
      assertThat(writer.get(Table.INODES, key("a"))).isNull();
      assertThatThrownBy(store::begin).isInstanceOf(IllegalStateException.class);
    }
    store.begin().close();
  }

  @Test
  void commit_notBehindApplied_isADefect() {
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    try (StateWriter writer = store.begin()) {
      assertThatThrownBy(() -> store.commit(writer, new LogPosition(1, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected: behind");
    }
  }

  /** Random writes, savepoints and commits against a plain map. */
  @Test
  void writer_randomSteps_agreesWithAMap() {
    for (long seed = 1; seed <= 40; seed++) {
      Random random = new Random(seed);
      TreeMap<String, String> model = new TreeMap<>(model());
      for (int commit = 0; commit < 5; commit++) {
        try (StateWriter writer = store.begin()) {
          runSteps(random, writer, model, 0);
          assertThat(asMap(writer)).as("seed %d", seed).isEqualTo(model);
          checkRanges(random, writer, model, "seed " + seed);
          store.commit(writer, new LogPosition(1, ++lastIndex));
        }
        assertThat(model()).as("seed %d, committed", seed).isEqualTo(model);
      }
    }
  }

  /** A queue: scanned from its beginning, emptied there, and filled at any place. */
  @Test
  void scan_ofWhatIsDeletedAtItsBeginning_seesLaterRowsBeforeIt() {
    write(
        writer -> {
          for (int i = 50; i < 60; i++) {
            writer.put(Table.EXPIRIES, key("k" + i), key("v"));
          }
        });
    write(
        writer -> {
          assertThat(rows(writer, Table.EXPIRIES, "k", "l")).hasSize(10).startsWith("k50=v");
          for (int i = 50; i < 58; i++) {
            writer.delete(Table.EXPIRIES, key("k" + i));
          }
        });
    write(
        writer -> {
          assertThat(rows(writer, Table.EXPIRIES, "k", "l")).containsExactly("k58=v", "k59=v");
          writer.put(Table.EXPIRIES, key("k51"), key("w"));
          assertThat(rows(writer, Table.EXPIRIES, "k", "l")).hasSize(3);
        });
    write(
        writer -> {
          assertThat(rows(writer, Table.EXPIRIES, "k", "l"))
              .containsExactly("k51=w", "k58=v", "k59=v");
          writer.delete(Table.EXPIRIES, key("k51"));
          writer.delete(Table.EXPIRIES, key("k58"));
          writer.delete(Table.EXPIRIES, key("k59"));
        });
    write(
        writer -> {
          assertThat(rows(writer, Table.EXPIRIES, "k", "l")).isEmpty();
          assertThat(rows(writer, Table.EXPIRIES, "k", "kz")).isEmpty();
          writer.put(Table.EXPIRIES, key("k"), key("x"));
        });
    try (StateWriter dropped = store.begin()) {
      dropped.put(Table.EXPIRIES, key("k0"), key("dropped"));
      assertThat(rows(dropped, Table.EXPIRIES, "k", "l")).containsExactly("k=x", "k0=dropped");
    }
    try (StateWriter writer = store.begin()) {
      assertThat(rows(writer, Table.EXPIRIES, "k", "l")).containsExactly("k=x");
      assertThat(rows(writer, Table.EXPIRIES, "", "z")).containsExactly("k=x");
    }
  }

  private void runSteps(
      Random random, StateWriter writer, NavigableMap<String, String> model, int depth) {
    for (int step = 0; step < 12; step++) {
      String key = "k" + random.nextInt(30);
      switch (random.nextInt(depth < 3 ? 6 : 4)) {
        case 0, 1, 2 -> {
          String value = "v" + random.nextInt(1000);
          writer.put(Table.SYSTEM, key(key), key(value));
          model.put(key, value);
        }
        case 3 -> {
          writer.delete(Table.SYSTEM, key(key));
          model.remove(key);
        }
        case 4 -> {
          writer.savepoint();
          TreeMap<String, String> undone = new TreeMap<>(model);
          runSteps(random, writer, undone, depth + 1);
          writer.rollbackToSavepoint();
        }
        default -> {
          writer.savepoint();
          runSteps(random, writer, model, depth + 1);
          writer.releaseSavepoint();
        }
      }
    }
  }

  private static void checkRanges(
      Random random, StateReader reader, NavigableMap<String, String> model, String seed) {
    for (int i = 0; i < 20; i++) {
      String some = "k" + random.nextInt(30);
      byte[] value = reader.get(Table.SYSTEM, key(some));
      assertThat(value == null ? null : new String(value, UTF_8))
          .as(seed)
          .isEqualTo(model.get(some));
      String one = "k" + random.nextInt(30);
      String other = "k" + random.nextInt(30);
      String from = one.compareTo(other) <= 0 ? one : other;
      String to = one.compareTo(other) <= 0 ? other : one;
      List<String> expected = new ArrayList<>();
      model.subMap(from, to).forEach((k, v) -> expected.add(k + "=" + v));
      assertThat(rows(reader, Table.SYSTEM, from, to)).as(seed).isEqualTo(expected);
      assertThat(last(reader, Table.SYSTEM, from, to))
          .as(seed)
          .isEqualTo(model.subMap(from, to).isEmpty() ? null : model.subMap(from, to).lastKey());
    }
  }

  private NavigableMap<String, String> model() {
    try (StateView view = store.view()) {
      return asMap(view);
    }
  }

  private static NavigableMap<String, String> asMap(StateReader reader) {
    TreeMap<String, String> map = new TreeMap<>();
    try (Cursor cursor = reader.scan(Table.SYSTEM, new byte[0], null)) {
      while (cursor.next()) {
        map.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return map;
  }

  final void write(Consumer<StateWriter> effects) {
    try (StateWriter writer = store.begin()) {
      effects.accept(writer);
      store.commit(writer, new LogPosition(1, ++lastIndex));
    }
  }

  static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }

  static List<String> rows(StateReader reader, Table table, String from, @Nullable String to) {
    List<String> rows = new ArrayList<>();
    try (Cursor cursor = reader.scan(table, key(from), to == null ? null : key(to))) {
      byte[] before = null;
      while (cursor.next()) {
        assertThat(before == null || Arrays.compareUnsigned(before, cursor.key()) < 0).isTrue();
        before = cursor.key();
        rows.add(new String(before, UTF_8) + "=" + new String(cursor.value(), UTF_8));
      }
      assertThat(cursor.next()).isFalse();
    }
    return rows;
  }

  private static @Nullable String last(StateReader reader, String from, @Nullable String to) {
    return last(reader, Table.EXTENTS, from, to);
  }

  private static @Nullable String last(
      StateReader reader, Table table, String from, @Nullable String to) {
    Row row = reader.last(table, key(from), to == null ? null : key(to));
    return row == null ? null : new String(row.key(), UTF_8);
  }
}
