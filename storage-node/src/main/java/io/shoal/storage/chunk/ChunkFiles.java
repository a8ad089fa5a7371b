package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.Trashed;
import io.shoal.storage.io.Disk;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the files of chunks are: {@code chunks/<two hexadecimal digits>/<chunk id>-<sequence>}, the
 * directory being a hash of the id. Thread-safe.
 */
final class ChunkFiles {
  private static final Logger logger = LoggerFactory.getLogger(ChunkFiles.class);

  static final String ROOT = "chunks";
  private static final Pattern DIRECTORY = Pattern.compile("[0-9a-f]{2}");
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{1,16})");

  /** Odd, with bits all over, so that consecutive ids spread over all directories. */
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Disk disk;

  /** Directories that were seen or made. */
  private final Set<String> existing = ConcurrentHashMap.newKeySet();

  /** Those of them whose own names may not be durable. */
  private final Set<String> undurable = ConcurrentHashMap.newKeySet();

  ChunkFiles(Disk disk) {
    this.disk = disk;
  }

  /** Makes the directory that all others go into, durably. */
  void format() throws IOException {
    disk.createDirectory(ROOT);
    disk.syncDirectory("");
  }

  /** Returns where the file of a chunk is on this machine; null if the disk is none of it. */
  @Nullable Path localPath(ChunkId chunk, long sequence) {
    return disk.localPath(name(chunk, sequence));
  }

  /** Creates the file of a chunk; its name is not durable before {@link #syncName}. */
  DiskFile create(ChunkId chunk, long sequence) throws IOException {
    String directory = directory(chunk);
    if (!existing.contains(directory)) {
      createDirectory(directory);
    }
    return disk.createDirect(name(chunk, sequence));
  }

  private synchronized void createDirectory(String directory) throws IOException {
    if (!existing.contains(directory)) {
      undurable.add(directory);
      disk.createDirectory(directory);
      existing.add(directory);
    }
  }

  /**
   * Makes the name of a new file durable, and that of its directory if that is new too (rule D2).
   */
  void syncName(ChunkId chunk) throws IOException {
    String directory = directory(chunk);
    disk.syncDirectory(directory);
    if (undurable.contains(directory)) {
      disk.syncDirectory(ROOT);
      undurable.remove(directory);
    }
  }

  /**
   * Opens the file of a chunk.
   *
   * @param bulk whether much of it will be read
   */
  DiskFile open(ChunkId chunk, long sequence, boolean bulk) throws IOException {
    String name = name(chunk, sequence);
    return bulk ? disk.openDirect(name) : disk.open(name);
  }

  /** Removes the file of a chunk, if it is there. */
  void delete(ChunkId chunk, long sequence) throws IOException {
    try {
      disk.delete(name(chunk, sequence));
    } catch (NoSuchFileException gone) {
      logger.debug("file of chunk {} was gone already", chunk, gone);
    }
  }

  /**
   * Removes every file that no record names: what was written and never acknowledged, or deleted
   * and not unlinked (rule D2). Leaves alone what has a name that is not ours.
   *
   * @param guard told if the disk does not sync or remove (rule D3)
   * @return number of files that were removed
   * @throws IOException if the files or the index can't be read
   */
  int sweep(ChunkIndex index, VolumeGuard guard) throws IOException {
    try {
      // What an earlier process made may be in the page cache only.
      disk.syncDirectory(ROOT);
    } catch (IOException failure) {
      throw guard.fence("syncing " + ROOT, failure);
    }
    int swept = 0;
    for (String name : disk.list(ROOT)) {
      if (DIRECTORY.matcher(name).matches()) {
        swept += sweep(ROOT + "/" + name, index, guard);
      } else {
        logger.warn("{}/{}: not a directory of chunk files; left alone", ROOT, name);
      }
    }
    return swept;
  }

  private int sweep(String directory, ChunkIndex index, VolumeGuard guard) throws IOException {
    existing.add(directory);
    int swept = 0;
    for (String name : disk.list(directory)) {
      if (isOrphan(name, index)) {
        removeOrphan(directory + "/" + name, guard);
        swept++;
      }
    }
    return swept;
  }

  private void removeOrphan(String name, VolumeGuard guard) {
    try {
      disk.delete(name);
    } catch (IOException failure) {
      throw guard.fence("removing " + name + ", which no record names", failure);
    }
  }

  private static boolean isOrphan(String name, ChunkIndex index) throws IOException {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      logger.warn("file {}: not a name of a chunk's file; left alone", name);
      return false;
    }
    long id = Long.parseUnsignedLong(parts.group(1), 16);
    if (id == 0) {
      return false;
    }
    ChunkId chunk = new ChunkId(id);
    ChunkHead head = index.head(chunk);
    if (head == null) {
      Trashed trashed = index.trashed(chunk);
      head = trashed == null ? null : trashed.head();
    }
    return head == null || head.fileSequence() != Long.parseUnsignedLong(parts.group(2), 16);
  }

  private static String name(ChunkId chunk, long sequence) {
    return String.format("%s/%016x-%x", directory(chunk), chunk.value(), sequence);
  }

  private static String directory(ChunkId chunk) {
    return String.format("%s/%02x", ROOT, (chunk.value() * MIX) >>> (Long.SIZE - 8));
  }
}
