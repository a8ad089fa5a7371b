package io.shoal.metadata.consensus.raft;

import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.store.DurableStateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.jspecify.annotations.Nullable;

/** Shows the snapshots to Ratis, and says when the next one is due. */
final class SnapshotStorage implements StateMachineStorage {
  private final Snapshots snapshots;
  private final SnapshotSettings settings;
  private final Runnable onDue;

  /** Since the last snapshot or start; used by the thread that applies the log. */
  private long entries;

  private long logBytes;

  /** Whether one was asked for and not taken yet. */
  private volatile boolean due;

  /**
   * Makes the view of a directory.
   *
   * @param onDue called by the applying thread when a snapshot is due; must not take it there
   */
  SnapshotStorage(Snapshots snapshots, SnapshotSettings settings, Runnable onDue) {
    this.snapshots = snapshots;
    this.settings = settings;
    this.onDue = onDue;
  }

  /** An entry was applied, or is in the state already: in either case the log holds it. */
  void passed(int entryBytes) {
    entries++;
    logBytes += entryBytes;
    if (!due && (entries >= settings.everyEntries() || logBytes >= settings.everyLogBytes())) {
      due = true;
      onDue.run();
    }
  }

  /** Nothing is asked for any more: if nothing was taken, the next entry asks again. */
  void notUnderWay() {
    due = false;
  }

  /** Takes a snapshot; returns the index of the oldest one that is kept. */
  long take(DurableStateStore store) throws IOException {
    Snapshot oldest = snapshots.take(store);
    entries = 0;
    logBytes = 0;
    due = false;
    return oldest.position().index();
  }

  /** Another server's snapshot was put in the place of the state. */
  void installed() {
    entries = 0;
    logBytes = 0;
    due = false;
  }

  @Override
  public void init(RaftStorage storage) {}

  @Override
  public void format() {}

  /** Done already: {@link Snapshots#take} keeps as many as it was told. */
  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    try {
      Optional<Snapshot> newest = snapshots.newest();
      return newest.isEmpty() ? null : info(newest.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SnapshotInfo info(Snapshot snapshot) throws IOException {
    List<FileInfo> files = new ArrayList<>();
    try (Stream<Path> listed = Files.list(snapshot.directory())) {
      listed.forEach(file -> files.add(new FileInfo(file, null)));
    }
    TermIndex position = TermIndex.valueOf(snapshot.position().term(), snapshot.position().index());
    return new Info(position, List.copyOf(files));
  }

  private record Info(TermIndex termIndex, List<FileInfo> files) implements SnapshotInfo {
    @Override
    public TermIndex getTermIndex() {
      return termIndex;
    }

    @Override
    public List<FileInfo> getFiles() {
      return files;
    }
  }
}
