package io.shoal.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class RocksChunkIndexTest extends ChunkIndexContract {
  @TempDir private Path directory;

  private final RocksIndexes indexes = new RocksIndexes(IndexConfig.defaults());

  @AfterEach
  void closeIndexes() {
    indexes.close();
  }

  @Override
  ChunkIndex open() throws IOException {
    return indexes.open(directory.resolve("index"), false, RocksChunkIndexTest::unexpected);
  }

  @Test
  void open_readOnly_readsAndRefusesToWrite() throws IOException {
    IndexUpdate.Put put = put(7, Place.FILE, 10, 10);
    try (ChunkIndex index = open()) {
      index.commit(List.of(put));
    }
    try (ChunkIndex index =
        indexes.open(directory.resolve("index"), true, RocksChunkIndexTest::unexpected)) {
      assertThat(index.head(new ChunkId(7))).isEqualTo(put.head());
      assertThatThrownBy(() -> index.commit(List.of(put))).isInstanceOf(IOException.class);
    }
  }

  /** A volume that is fenced may have been written by an earlier version for the last time. */
  @Test
  void open_indexWithoutATrash_isReadAndWritten() throws Exception {
    IndexUpdate.Put put = put(7, Place.FILE, 10, 10);
    try (ChunkIndex index = open()) {
      index.commit(List.of(put));
    }
    dropTrash();
    try (ChunkIndex index =
        indexes.open(directory.resolve("index"), true, RocksChunkIndexTest::unexpected)) {
      assertThat(index.head(put.head().chunk())).isEqualTo(put.head());
      assertThat(index.trashed(put.head().chunk())).isNull();
      assertThat(index.trash(Long.MAX_VALUE, null, 10)).isEmpty();
    }
    try (ChunkIndex index = open()) {
      index.commit(List.of(new IndexUpdate.MoveToTrash(put.head(), 5)));
      assertThat(index.trash(6, null, 10)).containsExactly(new Trashed(5, put.head()));
    }
  }

  private void dropTrash() throws RocksDBException {
    List<ColumnFamilyDescriptor> families =
        Stream.of(RocksFamily.values())
            .map(family -> new ColumnFamilyDescriptor(family.key()))
            .toList();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB database =
            RocksDB.open(options, directory.resolve("index").toString(), families, handles)) {
      database.dropColumnFamily(
          handles.get(List.of(RocksFamily.values()).indexOf(RocksFamily.TRASH)));
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  @Test
  void open_missingIndexReadOnly_isRefused() {
    assertThatThrownBy(
            () -> indexes.open(directory.resolve("no"), true, RocksChunkIndexTest::unexpected))
        .isInstanceOf(IOException.class);
  }

  @Test
  void open_indexThatIsOpen_isRefusedAsSomethingThatPasses() throws IOException {
    try (ChunkIndex index = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              ShoalException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(index.sequencesReservedBelow()).isPositive();
    }
    open().close();
  }

  @Test
  void open_damagedLog_isRefusedInsteadOfLosingRecords() throws IOException {
    try (ChunkIndex index = open()) {
      for (int i = 1; i <= 100; i++) {
        index.commit(List.of(put(i, Place.INDEX, 5_000, 5_000)));
      }
    }
    Path log = logFile();
    byte[] content = Files.readAllBytes(log);
    content[content.length / 2] ^= 1;
    Files.write(log, content);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
  }

  /** What the matrix found: the file's new length was on the disk, and not the bytes. */
  @Test
  void open_logWhoseEndWasNotSynced_losesThatAndNothingElse() throws IOException {
    long synced;
    try (ChunkIndex index = open()) {
      for (int i = 1; i <= 99; i++) {
        index.commit(List.of(put(i, Place.INDEX, 5_000, 5_000)));
      }
      synced = Files.size(logFile());
      index.commit(List.of(put(100, Place.INDEX, 9_000, 9_000)));
    }
    tearLog(Math.toIntExact(synced));
    assertThatThrownBy(
            () -> indexes.open(directory.resolve("index"), true, RocksChunkIndexTest::unexpected))
        .as("nothing is written to what is only read")
        .isInstanceOf(IOException.class);
    try (ChunkIndex index = open()) {
      assertThat(index.head(new ChunkId(99))).isNotNull();
      assertThat(index.head(new ChunkId(100))).isNull();
      index.commit(List.of(put(101, Place.INDEX, 5_000, 5_000)));
    }
    try (ChunkIndex index = open()) {
      assertThat(index.head(new ChunkId(1))).isNotNull();
      assertThat(index.head(new ChunkId(101))).isNotNull();
    }
  }

  @Test
  void open_logDamagedBeforeAnEndThatWasNotSynced_isRefused() throws IOException {
    try (ChunkIndex index = open()) {
      for (int i = 1; i <= 100; i++) {
        index.commit(List.of(put(i, Place.INDEX, 5_000, 5_000)));
      }
    }
    int middle = Math.toIntExact(Files.size(logFile()) / 2);
    tearLog(Math.toIntExact(Files.size(logFile()) - 4_500));
    byte[] content = Files.readAllBytes(logFile());
    content[middle] ^= 1;
    Files.write(logFile(), content);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    assertThat(Files.readAllBytes(logFile())).isEqualTo(content);
  }

  /** Leaves the first page behind a place, and zeros in the place of what follows. */
  private void tearLog(int synced) throws IOException {
    byte[] content = Files.readAllBytes(logFile());
    int page = (synced / 4_096 + 1) * 4_096;
    Arrays.fill(content, Math.min(page, content.length), content.length, (byte) 0);
    Files.write(logFile(), Arrays.copyOf(content, content.length + 90_000));
  }

  @Test
  void commit_smallChunksBeyondTheWriteBuffer_goToBlobFiles() throws IOException {
    try (ChunkIndex index = open()) {
      List<IndexUpdate> batch = new ArrayList<>();
      for (int i = 1; i <= 200; i++) {
        batch.add(put(i, Place.INDEX, 100_000, 100_000));
      }
      for (IndexUpdate update : batch) {
        index.commit(List.of(update));
      }
      try (Stream<Path> files = Files.list(directory.resolve("index"))) {
        assertThat(files.filter(file -> file.toString().endsWith(".blob"))).isNotEmpty();
      }
      assertThat(index.content(head(3, Place.INDEX, 100_000)).inlineBytes()).isEqualTo(100_000);
    }
  }

  /**
   * Ids that come in any order, as repair brings them, have compactions come by all that is there;
   * they must not rewrite what is alive.
   */
  @Test
  void commit_muchMore_leavesTheBytesOfSmallChunksWhereTheyAre() throws IOException {
    try (ChunkIndex index = open()) {
      Set<String> first = new TreeSet<>();
      for (int i = 1; i <= 2_000; i++) {
        int id = 1 + i * 7_919 % 100_003;
        index.commit(List.of(put(id, Place.INDEX, 100_000, 100_000)));
        if (i == 800) {
          first.addAll(blobFiles());
        }
      }
      assertThat(first).isNotEmpty();
      assertThat(blobFiles()).as("of 200 MB with a write buffer of 8").containsAll(first);
    }
  }

  @Test
  void delete_mostSmallChunks_givesTheirSpaceBack() throws IOException {
    try (ChunkIndex index = open()) {
      for (int i = 1; i <= 3_000; i++) {
        index.commit(List.of(put(i, Place.INDEX, 100_000, 100_000)));
      }
      // Every fourth one stays, so that no file dies as a whole.
      for (int i = 1; i <= 3_000; i++) {
        if (i % 4 != 0) {
          index.commit(List.of(new IndexUpdate.Delete(new ChunkId(i), 1)));
        }
      }
      long before = blobBytes();
      int[] next = {10_000};
      Await.until(
          "the dead bytes are gone",
          () -> {
            for (int i = 0; i < 100; i++) {
              commit(index, put(++next[0], Place.INDEX, 100_000, 100_000));
              commit(index, new IndexUpdate.Delete(new ChunkId(next[0]), 1));
            }
            return blobBytes() < before / 2;
          });
      assertThat(index.content(head(4, Place.INDEX, 100_000)).inlineBytes()).isEqualTo(100_000);
    }
  }

  private static void commit(ChunkIndex index, IndexUpdate update) {
    try {
      index.commit(List.of(update));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<String> blobFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("index"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".blob"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private long blobBytes() {
    try (Stream<Path> files = Files.list(directory.resolve("index"))) {
      return files
          .filter(file -> file.toString().endsWith(".blob"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("index"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void unexpected(Throwable failure) {
    throw new AssertionError(failure);
  }
}
