package io.shoal.storage.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.chunk.VolumeChunks;
import io.shoal.storage.io.Disk;
import io.shoal.storage.io.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data directory that this process has locked: its files besides chunks and index. Blocks.
 *
 * <pre>
 * lock               held while a process uses the directory
 * identity           whom it belongs to; written last when it is formatted, and never again
 * highest-volume-id  highest number that a volume of the node ever had, so that none is reused
 * fenced             why it takes no writes any more; an operator who trusts the disk again removes it
 * chunks/  index/    the bytes and their records
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(DataDirectory.class);

  static final String INDEX = "index";
  private static final String LOCK = "lock";
  private static final String IDENTITY = "identity";
  private static final String HIGHEST_ID = "highest-volume-id";
  private static final String FENCED = "fenced";

  /** What a directory may have in it that was not formatted, or not to the end. */
  private static final Set<String> BLANK =
      Set.of(LOCK, IDENTITY + SmallFiles.PENDING_SUFFIX, FENCED, "chunks", "lost+found");

  private final Path path;
  private final Disk disk;
  private final Closeable lock;
  private final @Nullable VolumeIdentity identity;

  private DataDirectory(Path path, Disk disk, Closeable lock, @Nullable VolumeIdentity identity) {
    this.path = path;
    this.disk = disk;
    this.lock = lock;
    this.identity = identity;
  }

  /**
   * Locks a directory and reads whom it belongs to.
   *
   * @throws ShoalException {@code UNAVAILABLE} if another process has it; {@code INVALID_ARGUMENT}
   *     if it can't be a data directory
   */
  static DataDirectory claim(Path path, Disk disk) {
    Closeable lock = null;
    try {
      lock = disk.tryLock(LOCK);
      if (lock == null) {
        throw new ShoalException(
            ErrorCode.UNAVAILABLE,
            path.toString(),
            "the data directory is in use by another storage node (expected: each directory for one"
                + " process, named once)");
      }
      VolumeIdentity identity = readIdentity(disk);
      return new DataDirectory(path, disk, lock, identity);
    } catch (IOException failure) {
      release(lock, path);
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          path.toString(),
          "can't be used as data directory: " + failure.getMessage(),
          failure);
    } catch (ShoalException refused) {
      release(lock, path);
      throw refused;
    }
  }

  private static @Nullable VolumeIdentity readIdentity(Disk disk) throws IOException {
    byte[] content = SmallFiles.read(disk, IDENTITY);
    if (content != null) {
      return VolumeIdentity.decode(content);
    }
    List<String> foreign =
        disk.list("").stream().filter(name -> !BLANK.contains(name)).sorted().toList();
    if (!foreign.isEmpty()) {
      throw new IOException(
          "it has no identity file and is not empty: "
              + foreign.get(0)
              + " (expected: an empty directory, or one of Shoal's)");
    }
    return null;
  }

  Path path() {
    return path;
  }

  Disk disk() {
    return disk;
  }

  /** Returns what the directory said when it was claimed; null if it was blank. */
  @Nullable VolumeIdentity identity() {
    return identity;
  }

  /**
   * Makes a blank directory a volume. The identity comes last: a crash before it leaves a blank
   * directory.
   */
  void format(NodeIdentity owner, VolumeId volume, UUID volumeUuid) throws IOException {
    VolumeChunks.format(disk);
    SmallFiles.replace(disk, IDENTITY, new VolumeIdentity(owner, volume, volumeUuid).encode());
  }

  /** Returns the highest number of a volume that this directory knows of; 0 if it is blank. */
  int highestVolumeId() throws IOException {
    byte[] content = SmallFiles.read(disk, HIGHEST_ID);
    int own = identity == null ? 0 : identity.volume().value();
    if (content == null) {
      return own;
    }
    try {
      return Math.max(own, Integer.parseInt(new String(content, UTF_8).strip()));
    } catch (NumberFormatException malformed) {
      throw new IOException(HIGHEST_ID + ": " + malformed.getMessage(), malformed);
    }
  }

  void writeHighestVolumeId(int highest) throws IOException {
    if (highestVolumeId() < highest) {
      SmallFiles.replace(disk, HIGHEST_ID, (highest + "\n").getBytes(UTF_8));
    }
  }

  /** Returns why the volume was fenced; null if it was not (rule D3). */
  @Nullable String fenceReason() throws IOException {
    byte[] content = SmallFiles.read(disk, FENCED);
    if (content == null) {
      return null;
    }
    String reason = new String(content, UTF_8).strip();
    return reason.isEmpty() ? "the disk failed and did not take the reason either" : reason;
  }

  /**
   * Makes the fence outlive this process. Once there is one, it stays. The file's name alone says
   * that the volume is fenced, so it comes first: a disk that takes the name and nothing more is
   * fenced all the same.
   */
  void writeFence(String reason) throws IOException {
    if (disk.exists(FENCED)) {
      return;
    }
    try (DiskFile file = disk.create(FENCED)) {
      file.write(0, ByteBuffer.wrap((reason + "\n").getBytes(UTF_8)));
      file.sync();
    } finally {
      disk.syncDirectory("");
    }
  }

  /** Tells whether it is still what it was: not deleted, and no disk unmounted beneath it. */
  boolean isThere() throws IOException {
    return disk.exists(IDENTITY);
  }

  @Override
  public void close() {
    release(lock, path);
  }

  private static void release(@Nullable Closeable lock, Path path) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException failure) {
      logger.warn("{}: its lock can't be given back before this process ends", path, failure);
    }
  }
}
