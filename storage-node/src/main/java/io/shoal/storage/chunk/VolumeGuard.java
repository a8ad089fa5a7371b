package io.shoal.storage.chunk;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.io.NoSpaceException;

/**
 * What the chunks of a volume ask of it: whether they may write, whether there is room, and whom to
 * tell of a failure. Thread-safe.
 */
public interface VolumeGuard {
  /** Returns the volume. */
  VolumeId volume();

  /**
   * Checks that the volume takes writes; asked before each write and before each acknowledgement
   * (rule D3).
   *
   * @throws ShoalException {@code VOLUME_FENCED} or {@code UNAVAILABLE} if it does not
   */
  void checkWritable();

  /** Tells whether the volume takes writes. */
  boolean writable();

  /**
   * Fences the volume for good, if it is not yet: nothing is acknowledged afterwards (rule D3).
   *
   * @param during what failed, for people
   * @return what to answer to whoever waits for it
   */
  ShoalException fence(String during, Throwable cause);

  /**
   * Notes that the file system is full although there seemed to be room.
   *
   * @return what to answer to whoever waits for the write
   */
  ShoalException full(NoSpaceException cause);

  /**
   * Decides what a failed write, sync or commit means for the volume.
   *
   * @return what to answer to whoever waits for it
   */
  default ShoalException failed(String during, Throwable failure) {
    if (failure instanceof ShoalException known) {
      return known;
    }
    return failure instanceof NoSpaceException full ? full(full) : fence(during, failure);
  }

  /**
   * Promises room to a chunk that is being opened. Blocks.
   *
   * @throws ShoalException {@code OUT_OF_SPACE} if that would touch the reserve
   */
  RoomPromise promiseRoom(long bytes);

  /**
   * Checks that a write does not touch the reserve, whoever else has used the file system up.
   * Blocks.
   *
   * @throws ShoalException {@code OUT_OF_SPACE} if it does
   */
  void checkRoom(long bytes);
}
