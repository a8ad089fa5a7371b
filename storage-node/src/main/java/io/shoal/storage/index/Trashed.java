package io.shoal.storage.index;

/**
 * A chunk in the trash (rule G5): its bytes are all there, its head stands apart from those of the
 * chunks that are served. Listed by the time, then by id.
 *
 * @param sinceMillis when it was put there, on the log clock
 * @param head what it was, and is again if it is taken back
 */
public record Trashed(long sinceMillis, ChunkHead head) {}
