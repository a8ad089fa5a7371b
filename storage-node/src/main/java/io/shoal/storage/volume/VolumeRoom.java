package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.chunk.RoomPromise;
import io.shoal.storage.io.Disk;
import java.io.IOException;

/**
 * How much may still be written to a volume: what its file system has left, less the reserve, less
 * what open chunks were promised and have not written. Thread-safe.
 */
final class VolumeRoom {
  private final String volume;
  private final Disk disk;
  private final long reserveBytes;

  private long promisedBytes;
  private long freeBytes;
  private long capacityBytes;

  VolumeRoom(String volume, Disk disk, long reserveBytes) {
    this.volume = volume;
    this.disk = disk;
    this.reserveBytes = reserveBytes;
  }

  /** Asks the file system. Blocks. */
  void refresh() throws IOException {
    long free = disk.availableBytes();
    long capacity = disk.capacityBytes();
    synchronized (this) {
      freeBytes = free;
      capacityBytes = capacity;
    }
  }

  /** Returns what a new chunk may be promised, as of the last look; 0 if nothing. */
  synchronized long availableBytes() {
    return Math.max(0, freeBytes - reserveBytes - promisedBytes);
  }

  /** Tells whether the reserve is reached, as of the last look. */
  synchronized boolean isFull() {
    return freeBytes <= reserveBytes;
  }

  synchronized long promisedBytes() {
    return promisedBytes;
  }

  synchronized long capacityBytes() {
    return capacityBytes;
  }

  /**
   * Promises room. Blocks.
   *
   * @throws ShoalException {@code OUT_OF_SPACE} if there is not as much
   */
  RoomPromise promise(long bytes) {
    look();
    synchronized (this) {
      if (availableBytes() < bytes) {
        throw outOfSpace(bytes, availableBytes());
      }
      promisedBytes += bytes;
    }
    return new Promise(bytes);
  }

  /**
   * Checks that a write leaves the reserve alone. Blocks.
   *
   * @throws ShoalException {@code OUT_OF_SPACE} if it does not
   */
  void check(long bytes) {
    look();
    synchronized (this) {
      if (freeBytes - reserveBytes < bytes) {
        throw outOfSpace(bytes, Math.max(0, freeBytes - reserveBytes));
      }
    }
  }

  private void look() {
    try {
      refresh();
    } catch (IOException failure) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE,
          volume,
          "its file system does not tell its free space: " + failure.getMessage(),
          failure);
    }
  }

  private ShoalException outOfSpace(long wanted, long available) {
    return new ShoalException(
        ErrorCode.OUT_OF_SPACE,
        volume,
        "bytes above the reserve of "
            + reserveBytes
            + ": "
            + available
            + " (expected: >= "
            + wanted
            + ")");
  }

  private synchronized void giveBack(long bytes) {
    promisedBytes -= bytes;
  }

  private final class Promise implements RoomPromise {
    private long left;

    Promise(long bytes) {
      this.left = bytes;
    }

    @Override
    public void used(long bytes) {
      long kept = Math.min(left, bytes);
      left -= kept;
      giveBack(kept);
    }

    @Override
    public void release() {
      giveBack(left);
      left = 0;
    }
  }
}
