package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;
import io.shoal.metadata.row.Bytes;
import java.util.SortedMap;

/**
 * What is known of a file or directory.
 *
 * @param length bytes; 0 for a directory
 * @param generation raised by every change of content
 * @param ownership mode, owner and group
 * @param times when it was made and last modified
 * @param policy resolved; all zero for a directory
 * @param xattrs extended attributes, sorted by name
 */
public record FileStatus(
    InodeId inodeId,
    FileType type,
    long length,
    long generation,
    Ownership ownership,
    Times times,
    FilePolicy policy,
    SortedMap<String, Bytes> xattrs) {

  public FileStatus {
    xattrs = Attributes.sorted(xattrs);
  }

  /** Returns the version that a commit or a precondition names. */
  public InodeVersion version() {
    return new InodeVersion(inodeId, generation);
  }

  /** Returns the status of content that has another length, as a later generation. */
  public FileStatus resized(long newLength) {
    return new FileStatus(
        inodeId, type, newLength, generation + 1, ownership, times, policy, xattrs);
  }

  /** Returns the same status of another inode. */
  public FileStatus as(InodeId otherId) {
    return new FileStatus(otherId, type, length, generation, ownership, times, policy, xattrs);
  }

  /** Returns the status with another modification time. */
  public FileStatus modifiedAt(long millis) {
    Times newTimes = new Times(times.createdAtMillis(), millis);
    return new FileStatus(inodeId, type, length, generation, ownership, newTimes, policy, xattrs);
  }

  /**
   * Who may do what; stored and shown, not enforced yet.
   *
   * @param mode permission bits, 0 to 07777
   */
  public record Ownership(int mode, String owner, String group) {}

  /** Milliseconds of the log clock, except where a client set the modification time. */
  public record Times(long createdAtMillis, long modifiedAtMillis) {}
}
