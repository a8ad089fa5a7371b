package io.shoal.common.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a snapshot that comes from another machine, piece by piece, into a directory of its
 * own. Used by one thread at a time; blocks.
 */
public final class IncomingFiles {
  private static final Logger LOG = LoggerFactory.getLogger(IncomingFiles.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  private final Path directory;
  private long bytes;

  /**
   * Makes the directory; what is there already is deleted.
   *
   * @throws IOException if that can't be done
   */
  public IncomingFiles(Path directory) throws IOException {
    this.directory = directory;
    DurableFiles.deleteTree(directory);
    Files.createDirectories(directory);
  }

  /** Returns how many bytes came so far. */
  public long bytes() {
    return bytes;
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
    Path file = directory.resolve(name);
    long length = Files.exists(file) ? Files.size(file) : 0;
    if (offset != length) {
      throw new IOException(name + ": a piece at " + offset + " (expected: " + length + ")");
    }
    bytes += data.remaining();
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
      DurableFiles.deleteTree(directory);
    } catch (IOException failure) {
      LOG.warn("{} can't be deleted", directory, failure);
    }
  }

  /**
   * Compares what came with the list that came with it; durable, but for the name of the directory,
   * when this returns.
   *
   * @throws IOException if something is missing or damaged
   */
  public void finish() throws IOException {
    for (Path file : SnapshotFiles.check(directory)) {
      DurableFiles.sync(file);
    }
    DurableFiles.sync(directory.resolve(SnapshotFiles.LIST_NAME));
    DurableFiles.sync(directory);
  }
}
