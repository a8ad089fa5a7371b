package io.shoal.metadata.consensus.snapshot;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.snapshot.SnapshotFiles;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.RocksStateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the state store of a server: in place if it is good, else from the newest snapshot that is.
 * A damaged store is put aside, not deleted.
 */
public final class StateDirectory {
  private static final Logger log = LoggerFactory.getLogger(StateDirectory.class);

  private final Path state;
  private final Path damaged;
  private final Path restoring;
  private final RocksSettings settings;
  private final FaultHandler faults;

  /**
   * Names what lies in a data directory.
   *
   * @param faults handed on to the store
   */
  public StateDirectory(Path directory, RocksSettings settings, FaultHandler faults) {
    this.state = directory.resolve("state");
    this.damaged = directory.resolve("state.damaged");
    this.restoring = directory.resolve("state.restoring");
    this.settings = settings;
    this.faults = faults;
  }

  /**
   * Opens the store.
   *
   * @throws IOException if there were snapshots, and neither the store nor one of them is good
   */
  public DurableStateStore open(Snapshots snapshots) throws IOException {
    List<Snapshot> candidates = snapshots.newestFirst();
    if (Files.exists(state) || candidates.isEmpty()) {
      try {
        return openInPlace(candidates);
      } catch (UncheckedIOException e) {
        if (candidates.isEmpty()) {
          throw new IOException(state + " can't be opened, and there is no snapshot", e);
        }
        log.error("{} can't be opened; it is put aside and restored from a snapshot", state, e);
        DurableFiles.deleteTree(damaged);
        Files.move(state, damaged, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return restoreFirstGood(snapshots, candidates);
  }

  /**
   * Puts a snapshot in the place of the store, which must be closed and let go.
   *
   * @throws IOException if the snapshot is damaged
   */
  public DurableStateStore replaceBy(Snapshot snapshot) throws IOException {
    // From here on a crash leaves nothing but the snapshot, from which the next start restores.
    DurableFiles.deleteTree(damaged);
    if (Files.exists(state)) {
      Files.move(state, damaged, StandardCopyOption.ATOMIC_MOVE);
    }
    DurableStateStore store = restore(snapshot);
    DurableFiles.deleteTree(damaged);
    return store;
  }

  /** A store that is older than the newest snapshot may lack entries that the log has no more. */
  private DurableStateStore openInPlace(List<Snapshot> newestFirst) {
    RocksStateStore store = RocksStateStore.open(state, settings, faults);
    LogPosition applied = store.applied();
    if (!newestFirst.isEmpty() && applied.index() < newestFirst.get(0).position().index()) {
      store.close();
      throw new UncheckedIOException(
          new IOException(
              state + " is at " + applied + " (expected: not before " + newestFirst.get(0) + ")"));
    }
    return store;
  }

  private DurableStateStore restoreFirstGood(Snapshots snapshots, List<Snapshot> newestFirst)
      throws IOException {
    IOException failure = new IOException("no good snapshot among " + newestFirst);
    List<Snapshot> bad = new ArrayList<>();
    for (Snapshot snapshot : newestFirst) {
      try {
        DurableStateStore store = restore(snapshot);
        for (Snapshot newer : bad) {
          snapshots.delete(newer);
        }
        log.warn("state restored from {}; the log is replayed from there", snapshot);
        return store;
      } catch (IOException | UncheckedIOException e) {
        log.error("{} is damaged", snapshot, e);
        bad.add(snapshot);
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /**
   * Reads a snapshot that came from another server and compares all of its checksums; deletes it if
   * it is damaged.
   *
   * @throws UncheckedIOException if it is damaged, or can't be read
   */
  public void check(Snapshot snapshot, Snapshots snapshots) {
    try {
      try {
        prepare(snapshot);
      } finally {
        DurableFiles.deleteTree(restoring);
      }
    } catch (IOException | UncheckedIOException damaged) {
      log.error("{}, which came from another server, can't be used", snapshot, damaged);
      try {
        snapshots.delete(snapshot);
      } catch (IOException failure) {
        damaged.addSuppressed(failure);
      }
      throw damaged instanceof UncheckedIOException unchecked
          ? unchecked
          : new UncheckedIOException((IOException) damaged);
    }
  }

  /**
   * Makes the store of a backup, all of whose checksums are compared. There is none yet.
   *
   * @param backup a directory with the files of a snapshot, which stays as it is
   * @throws IOException if it is none, or damaged
   */
  public DurableStateStore openBackup(Path backup) throws IOException {
    List<Path> files = SnapshotFiles.check(backup);
    DurableFiles.deleteTree(restoring);
    Files.createDirectories(restoring);
    for (Path file : files) {
      copy(file);
    }
    try (RocksStateStore store = RocksStateStore.open(restoring, settings, faults)) {
      store.verify();
    } catch (UncheckedIOException damaged) {
      throw new IOException(backup + " is damaged: " + damaged.getMessage(), damaged);
    }
    DurableFiles.sync(restoring);
    return openRestored();
  }

  private DurableStateStore restore(Snapshot snapshot) throws IOException {
    prepare(snapshot);
    return openRestored();
  }

  private DurableStateStore openRestored() throws IOException {
    Files.move(restoring, state, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.syncParent(state);
    return RocksStateStore.open(state, settings, faults);
  }

  private void copy(Path file) throws IOException {
    Path copy = restoring.resolve(file.getFileName());
    Files.copy(file, copy);
    DurableFiles.sync(copy);
  }

  /** Makes a store of a snapshot, not yet in its place, and reads all of it. */
  private void prepare(Snapshot snapshot) throws IOException {
    DurableFiles.deleteTree(restoring);
    Files.createDirectories(restoring);
    for (Path file : SnapshotFiles.check(snapshot.directory())) {
      if (SnapshotFiles.isTable(file)) {
        // Never written again, so that both may share it.
        Files.createLink(restoring.resolve(file.getFileName()), file);
      } else {
        copy(file);
      }
    }
    try (RocksStateStore store = RocksStateStore.open(restoring, settings, faults)) {
      store.verify();
      if (!store.applied().equals(snapshot.position())) {
        throw new IOException(
            snapshot + " holds " + store.applied() + " (expected: " + snapshot.position() + ")");
      }
    }
    DurableFiles.sync(restoring);
  }
}
