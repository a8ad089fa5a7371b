package io.shoal.metadata.consensus.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.snapshot.SnapshotFiles;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoryTest {
  private static final byte[] KEY = {1};

  @TempDir Path data;

  @Test
  void open_nothingThere_isEmpty() throws IOException {
    try (DurableStateStore store = open()) {
      assertThat(store.applied()).isEqualTo(LogPosition.NONE);
    }
  }

  @Test
  void take_twice_keepsTheNewestTwoAndNamesTheOlder() throws IOException {
    try (DurableStateStore store = open()) {
      Snapshots snapshots = snapshots();
      write(store, 10);
      assertThat(snapshots.take(store).position().index()).isEqualTo(10);
      write(store, 20);
      assertThat(snapshots.take(store).position().index()).isEqualTo(10);
      write(store, 30);
      assertThat(snapshots.take(store).position().index()).isEqualTo(20);

      assertThat(indexes(snapshots)).containsExactly(30L, 20L);
    }
  }

  @Test
  void take_samePositionAgain_changesNothing() throws IOException {
    try (DurableStateStore store = open()) {
      write(store, 10);
      snapshots().take(store);
      snapshots().take(store);

      assertThat(indexes(snapshots())).containsExactly(10L);
    }
  }

  @Test
  void newSnapshots_leftoverOfACrash_isCleared() throws IOException {
    Path unfinished = data.resolve("snapshots/unfinished");
    Files.createDirectories(unfinished);
    Files.writeString(unfinished.resolve("000001.sst"), "half");

    assertThat(snapshots().newestFirst()).isEmpty();
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void open_storeMissing_restoresTheNewestSnapshot() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));

    assertOpensAt(20);
  }

  @Test
  void open_storeDamaged_isPutAsideAndRestored() throws IOException {
    twoSnapshotsAt10And20();
    Files.writeString(data.resolve("state/CURRENT"), "nonsense\n");

    assertOpensAt(20);
    assertThat(data.resolve("state.damaged/CURRENT")).exists();
  }

  @Test
  void open_storeOlderThanSnapshot_restores() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    try (DurableStateStore old = open(new Snapshots(data.resolve("none"), 2))) {
      write(old, 5);
    }

    assertOpensAt(20);
  }

  @Test
  void open_newestSnapshotDamaged_takesTheOlderAndDropsTheNewer() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    flipByte(tableOf(data.resolve("snapshots/snapshot.1.20")));

    assertOpensAt(10);
    assertThat(indexes(snapshots())).containsExactly(10L);
  }

  @Test
  void open_fileOfSnapshotMissing_takesTheOlder() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    Files.delete(tableOf(data.resolve("snapshots/snapshot.1.20")));

    assertOpensAt(10);
  }

  @Test
  void open_listOfSnapshotDamaged_takesTheOlder() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    Path list = data.resolve("snapshots/snapshot.1.20").resolve(SnapshotFiles.LIST_NAME);
    Files.writeString(list, Files.readString(list).replaceFirst("CURRENT", "CURRENU"));

    assertOpensAt(10);
  }

  @Test
  void open_nothingGood_isRefused() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    flipByte(tableOf(data.resolve("snapshots/snapshot.1.20")));
    flipByte(tableOf(data.resolve("snapshots/snapshot.1.10")));

    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no good snapshot");
  }

  @Test
  void open_restoredStore_doesNotWriteToTheSnapshot() throws IOException {
    twoSnapshotsAt10And20();
    DurableFiles.deleteTree(data.resolve("state"));
    try (DurableStateStore store = open()) {
      for (int index = 21; index < 40; index++) {
        write(store, index);
        store.flush();
      }
    }
    DurableFiles.deleteTree(data.resolve("state"));

    assertOpensAt(20);
  }

  private void twoSnapshotsAt10And20() throws IOException {
    try (DurableStateStore store = open()) {
      write(store, 10);
      snapshots().take(store);
      write(store, 20);
      snapshots().take(store);
    }
  }

  private void assertOpensAt(long index) throws IOException {
    try (DurableStateStore store = open();
        StateView view = store.view()) {
      assertThat(store.applied()).isEqualTo(new LogPosition(1, index));
      assertThat(view.get(Table.SYSTEM, KEY)).isEqualTo(("value " + index).getBytes(UTF_8));
    }
  }

  private Snapshots snapshots() throws IOException {
    return new Snapshots(data.resolve("snapshots"), 2);
  }

  private DurableStateStore open() throws IOException {
    return open(snapshots());
  }

  private DurableStateStore open(Snapshots snapshots) throws IOException {
    return new StateDirectory(
            data,
            RocksSettings.DEFAULT,
            (where, fault) -> {
              throw new AssertionError(where, fault);
            })
        .open(snapshots);
  }

  private static void write(DurableStateStore store, long index) {
    try (StateWriter writer = store.begin()) {
      writer.put(Table.SYSTEM, KEY, ("value " + index).getBytes(UTF_8));
      store.commit(writer, new LogPosition(1, index));
    }
  }

  private static List<Long> indexes(Snapshots snapshots) throws IOException {
    return snapshots.newestFirst().stream().map(snapshot -> snapshot.position().index()).toList();
  }

  private static Path tableOf(Path snapshot) throws IOException {
    try (Stream<Path> files = Files.list(snapshot)) {
      return files.filter(SnapshotFiles::isTable).sorted().findFirst().orElseThrow();
    }
  }

  /** Writes a new file: tables are shared by hard links. */
  private static void flipByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[3] ^= 1;
    Files.delete(file);
    Files.write(file, bytes);
  }
}
