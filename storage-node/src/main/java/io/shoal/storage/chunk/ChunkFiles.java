package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.io.Disk;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the files of chunks are: {@code chunks/<two hexadecimal digits>/<chunk id>-<sequence>}, the
 * directory being a hash of the id. Thread-safe.
 */
final class ChunkFiles {
  private static final Logger logger = LoggerFactory.getLogger(ChunkFiles.class);

  static final String ROOT = "chunks";
  private static final int DIRECTORIES = 256;
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{1,16})");

  /** Odd, with bits all over, so that consecutive ids spread over all directories. */
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Disk disk;

  ChunkFiles(Disk disk) {
    this.disk = disk;
  }

  /** Makes the directories, durably. */
  void format() throws IOException {
    disk.createDirectory(ROOT);
    for (int i = 0; i < DIRECTORIES; i++) {
      disk.createDirectory(directory(i));
    }
    disk.syncDirectory(ROOT);
    disk.syncDirectory("");
  }

  /** Creates the file of a chunk; its name is not durable before {@link #syncName}. */
  DiskFile create(ChunkId chunk, long sequence) throws IOException {
    return disk.create(name(chunk, sequence));
  }

  /** Makes the name of a new file durable. */
  void syncName(ChunkId chunk) throws IOException {
    disk.syncDirectory(directory(bucket(chunk)));
  }

  DiskFile open(ChunkId chunk, long sequence) throws IOException {
    return disk.open(name(chunk, sequence));
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
   * @return number of files that were removed
   */
  int sweep(ChunkIndex index) throws IOException {
    int swept = 0;
    for (int i = 0; i < DIRECTORIES; i++) {
      for (String name : disk.list(directory(i))) {
        if (isOrphan(name, index)) {
          disk.delete(directory(i) + "/" + name);
          swept++;
        }
      }
    }
    return swept;
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
    ChunkHead head = index.head(new ChunkId(id));
    return head == null || head.fileSequence() != Long.parseUnsignedLong(parts.group(2), 16);
  }

  private static String name(ChunkId chunk, long sequence) {
    return String.format("%s/%016x-%x", directory(bucket(chunk)), chunk.value(), sequence);
  }

  private static String directory(int bucket) {
    return String.format("%s/%02x", ROOT, bucket);
  }

  private static int bucket(ChunkId chunk) {
    return (int) (chunk.value() * MIX >>> (Long.SIZE - 8));
  }
}
