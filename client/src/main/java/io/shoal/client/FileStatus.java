package io.shoal.client;

import java.time.Instant;
import java.util.Map;

/**
 * What is known of a file or directory.
 *
 * @param path the path by which it was asked for, normalised; of a listed entry: the directory's
 *     path and its name
 * @param inodeId identity of the file, for as long as the cluster exists
 * @param length bytes; 0 for a directory
 * @param generation raised by every change of content
 * @param mode permission bits, 0 to 07777; shown, not enforced
 * @param owner whom it belongs to, as the client said that made it; empty for nobody
 * @param group the same for the group
 * @param createdAt when it was made, to the millisecond
 * @param modifiedAt when its content last changed, or what was set, to the millisecond
 * @param xattrs extended attributes; the arrays must not be changed
 */
public record FileStatus(
    String path,
    long inodeId,
    FileType type,
    long length,
    long generation,
    int mode,
    String owner,
    String group,
    Instant createdAt,
    Instant modifiedAt,
    FilePolicy policy,
    Map<String, byte[]> xattrs) {

  public FileStatus {
    xattrs = Map.copyOf(xattrs);
  }

  /** Tells whether it is a directory. */
  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }
}
