package io.shoal.storage.chunk;

/** Room that is kept free for one open chunk. Belongs to that chunk's shard. */
public interface RoomPromise {
  /** Notes that bytes were written: the file system counts them itself now. */
  void used(long bytes);

  /** Gives back what was not used. May be called again. */
  void release();
}
