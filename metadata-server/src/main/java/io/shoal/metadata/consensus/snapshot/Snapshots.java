package io.shoal.metadata.consensus.snapshot;

import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.snapshot.SnapshotFiles;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The snapshots of this server. One is complete as soon as it has its name: it is made under
 * another name, synced and renamed. Used by the thread that applies the log.
 */
public final class Snapshots {
  private static final String UNFINISHED = "unfinished";
  private static final String INCOMING = "incoming";

  private final Path directory;
  private final int retained;

  /**
   * Opens the directory, makes it if need be, and clears away what a crash left unfinished.
   *
   * @param retained how many snapshots are kept
   */
  public Snapshots(Path directory, int retained) throws IOException {
    this.directory = directory;
    this.retained = retained;
    Files.createDirectories(directory);
    DurableFiles.deleteTree(directory.resolve(UNFINISHED));
    DurableFiles.deleteTree(directory.resolve(INCOMING));
  }

  /**
   * Begins to take in a snapshot of another server; one that was begun before is given up. May run
   * beside {@link #take}.
   */
  public IncomingSnapshot receive(LogPosition position) throws IOException {
    Path incoming = directory.resolve(INCOMING);
    return new IncomingSnapshot(incoming, directory.resolve(Snapshot.nameOf(position)), position);
  }

  /** Returns all snapshots, the newest first. */
  public List<Snapshot> newestFirst() throws IOException {
    List<Snapshot> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries.forEach(entry -> Snapshot.ofDirectory(entry).ifPresent(found::add));
    }
    found.sort(
        Comparator.comparingLong((Snapshot snapshot) -> snapshot.position().index()).reversed());
    return found;
  }

  /** Returns the newest snapshot; empty if there is none. */
  public Optional<Snapshot> newest() throws IOException {
    return newestFirst().stream().findFirst();
  }

  /**
   * Takes a snapshot, unless there is one of the same position, and deletes the oldest ones beyond
   * what is retained.
   *
   * @return the oldest snapshot that is kept: from it on the log must be kept as well, so that each
   *     of them is of use
   */
  public Snapshot take(DurableStateStore store) throws IOException {
    LogPosition position = store.applied();
    Path complete = directory.resolve(Snapshot.nameOf(position));
    if (!Files.exists(complete)) {
      Path unfinished = directory.resolve(UNFINISHED);
      DurableFiles.deleteTree(unfinished);
      store.checkpoint(unfinished);
      SnapshotFiles.seal(unfinished);
      Files.move(unfinished, complete, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.sync(directory);
    }
    List<Snapshot> all = newestFirst();
    int kept = Math.min(retained, all.size());
    for (Snapshot surplus : all.subList(kept, all.size())) {
      delete(surplus);
    }
    return all.get(kept - 1);
  }

  void delete(Snapshot snapshot) throws IOException {
    // Renamed first: half a snapshot must not have the name of a whole one.
    Path unfinished = directory.resolve(UNFINISHED);
    DurableFiles.deleteTree(unfinished);
    Files.move(snapshot.directory(), unfinished, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.deleteTree(unfinished);
  }
}
