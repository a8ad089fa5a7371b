package io.shoal.metadata.consensus.snapshot;

import io.shoal.metadata.store.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot that comes from another server, piece by piece. Used by one thread at a time; blocks.
 */
public final class IncomingSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(IncomingSnapshot.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  private final Path incoming;
  private final Path complete;
  private final LogPosition position;

  IncomingSnapshot(Path incoming, Path complete, LogPosition position) {
    this.incoming = incoming;
    this.complete = complete;
    this.position = position;
  }

  /**
   * Appends to a file.
   *
   * @param offset where the data belong: the end of what came of the file so far
   * @throws IOException if the name is none of a file here, or pieces are missing
   */
  public void append(String name, long offset, ByteBuffer data) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("file of a snapshot: '" + name + "' (expected: a plain name)");
    }
    Path file = incoming.resolve(name);
    long length = Files.exists(file) ? Files.size(file) : 0;
    if (offset != length) {
      throw new IOException(name + ": a piece at " + offset + " (expected: " + length + ")");
    }
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      while (data.hasRemaining()) {
        channel.write(data);
      }
    }
  }

  /** Deletes what came. */
  public void discard() {
    try {
      DurableFiles.deleteTree(incoming);
    } catch (IOException failure) {
      LOG.warn("{} is left to the next start", incoming, failure);
    }
  }

  /**
   * Compares what came with the list that came with it, and makes it one of the snapshots; durable
   * when this returns.
   *
   * @throws IOException if something is missing or damaged
   */
  public Snapshot finish() throws IOException {
    for (Path file : SnapshotFiles.check(incoming)) {
      DurableFiles.sync(file);
    }
    DurableFiles.sync(incoming.resolve(SnapshotFiles.LIST_NAME));
    DurableFiles.sync(incoming);
    if (!Files.exists(complete)) {
      Files.move(incoming, complete, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncParent(complete);
    }
    return new Snapshot(complete, position);
  }
}
