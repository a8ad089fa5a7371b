package io.shoal.metadata.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class RocksStateStoreTest extends StateStoreContract {
  @TempDir Path temporary;

  @Override
  StateStore open() {
    return openAt(temporary.resolve("state"));
  }

  private static RocksStateStore openAt(Path directory) {
    return RocksStateStore.open(
        directory,
        RocksSettings.DEFAULT,
        (where, fault) -> {
          throw new AssertionError(where, fault);
        });
  }

  @Test
  void open_afterClose_hasEverything() {
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    store.close();

    store = open();

    assertThat(store.applied()).isEqualTo(new LogPosition(1, 1));
    try (StateView view = store.view()) {
      assertThat(rows(view, Table.INODES, "", null)).containsExactly("a=1");
    }
  }

  @Test
  void open_afterCrash_hasWhatWasFlushedAndNothingHalf() throws IOException {
    RocksStateStore rocks = (RocksStateStore) store;
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    rocks.flush();
    write(
        w -> {
          w.put(Table.INODES, key("b"), key("2"));
          w.put(Table.CHUNKS, key("b"), key("2"));
        });
    Path crashed = temporary.resolve("crashed");
    copy(temporary.resolve("state"), crashed);

    try (RocksStateStore recovered = openAt(crashed);
        StateView view = recovered.view()) {
      assertThat(recovered.applied()).isEqualTo(new LogPosition(1, 1));
      assertThat(rows(view, Table.INODES, "", null)).containsExactly("a=1");
      assertThat(rows(view, Table.CHUNKS, "", null)).isEmpty();
    }
  }

  @Test
  void checkpoint_laterWrites_areNotInIt() {
    RocksStateStore rocks = (RocksStateStore) store;
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    Path copy = temporary.resolve("copy");

    assertThat(rocks.checkpoint(copy)).isEqualTo(new LogPosition(1, 1));
    write(w -> w.put(Table.INODES, key("b"), key("2")));

    try (RocksStateStore opened = openAt(copy);
        StateView view = opened.view()) {
      opened.verify();
      assertThat(opened.applied()).isEqualTo(new LogPosition(1, 1));
      assertThat(rows(view, Table.INODES, "", null)).containsExactly("a=1");
    }
  }

  @Test
  void verify_flippedBit_isFound() throws IOException {
    RocksStateStore rocks = (RocksStateStore) store;
    write(w -> w.put(Table.INODES, key("a"), key("a value of some length")));
    Path copy = temporary.resolve("copy");
    rocks.checkpoint(copy);
    List<Path> tables;
    try (Stream<Path> files = Files.list(copy)) {
      tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
    }
    assertThat(tables).isNotEmpty();
    for (Path table : tables) {
      byte[] bytes = Files.readAllBytes(table);
      bytes[2] ^= 1;
      Files.delete(table);
      Files.write(table, bytes);
    }

    assertThatThrownBy(
            () -> {
              try (RocksStateStore opened = openAt(copy)) {
                opened.verify();
              }
            })
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void open_inUse_isRefused() {
    assertThatThrownBy(this::open).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void open_unknownTable_isRefused() throws RocksDBException {
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB raw = RocksDB.open(options, temporary.resolve("newer").toString())) {
      raw.createColumnFamily(new ColumnFamilyDescriptor(key("futures"))).close();
    }

    assertThatThrownBy(() -> openAt(temporary.resolve("newer")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("unknown table futures");
  }

  @Test
  void close_underAnOpenView_keepsTheViewAlive() {
    write(w -> w.put(Table.INODES, key("a"), key("1")));
    StateView view = store.view();

    store.close();

    assertThat(view.get(Table.INODES, key("a"))).isEqualTo(key("1"));
    assertThatThrownBy(() -> store.view())
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    view.close();
    store = open();
    try (StateView again = store.view()) {
      assertThat(again.get(Table.INODES, key("a"))).isEqualTo(key("1"));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (!file.getFileName().toString().equals("LOCK")) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
  }
}
