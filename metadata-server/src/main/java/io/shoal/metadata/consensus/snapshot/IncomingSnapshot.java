package io.shoal.metadata.consensus.snapshot;

import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.snapshot.IncomingFiles;
import io.shoal.metadata.store.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A snapshot that comes from another server. Used by one thread at a time; blocks. */
public final class IncomingSnapshot {
  private final Path incoming;
  private final IncomingFiles files;
  private final Path complete;
  private final LogPosition position;

  IncomingSnapshot(Path incoming, Path complete, LogPosition position) throws IOException {
    this.incoming = incoming;
    this.files = new IncomingFiles(incoming);
    this.complete = complete;
    this.position = position;
  }

  /** Returns where its files go. */
  public IncomingFiles files() {
    return files;
  }

  /**
   * Makes it one of the snapshots, once all files are there; durable when this returns.
   *
   * @throws IOException if something is missing or damaged
   */
  public Snapshot finish() throws IOException {
    files.finish();
    if (!Files.exists(complete)) {
      Files.move(incoming, complete, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncParent(complete);
    }
    return new Snapshot(complete, position);
  }
}
