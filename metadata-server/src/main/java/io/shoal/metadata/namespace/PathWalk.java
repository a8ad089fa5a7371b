package io.shoal.metadata.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.namespace.EntryTable.Entry;
import io.shoal.metadata.store.StateReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a path leads: the entries that were found for its names, from the root on. Rule C5: made
 * in apply, so that what is checked is what is there.
 *
 * @param path as it was asked
 * @param names of the path
 * @param found an entry for each of the first names; all but the last are directories
 */
public record PathWalk(String path, List<String> names, List<Entry> found) {
  private static final Entry ROOT = new Entry(InodeTable.ROOT, FileType.DIRECTORY);

  /**
   * Follows a path as far as it leads.
   *
   * @throws ShoalException INVALID_ARGUMENT or LIMIT_EXCEEDED if it is no path; NOT_A_DIRECTORY if
   *     it leads through a file
   */
  public static PathWalk of(StateReader reader, String path) {
    List<String> names = PathNames.parse(path);
    List<Entry> found = new ArrayList<>(names.size());
    Entry current = ROOT;
    for (String name : names) {
      if (!current.isDirectory()) {
        throw new ShoalException(
            ErrorCode.NOT_A_DIRECTORY,
            path,
            prefix(names, found.size()) + " is a file (expected: a directory)");
      }
      Entry next = EntryTable.find(reader, current.inodeId(), name);
      if (next == null) {
        break;
      }
      found.add(next);
      current = next;
    }
    return new PathWalk(path, names, found);
  }

  /** Tells whether it is the path of the root directory, which has no name and no parent. */
  public boolean isRoot() {
    return names.isEmpty();
  }

  /** Returns what stands at the path; null if nothing does. */
  public @Nullable Entry entry() {
    if (isRoot()) {
      return ROOT;
    }
    return found.size() == names.size() ? found.get(found.size() - 1) : null;
  }

  /**
   * Returns what stands at the path.
   *
   * @throws ShoalException NOT_FOUND, naming the first part that is missing
   */
  public Entry requireEntry() {
    Entry entry = entry();
    if (entry == null) {
      throw missing();
    }
    return entry;
  }

  /** Returns the path's last name; not of the root. */
  public String name() {
    return names.get(names.size() - 1);
  }

  /** Returns whether the directory exists in which the path's last name stands or would stand. */
  public boolean parentExists() {
    return !isRoot() && found.size() >= names.size() - 1;
  }

  /**
   * Returns the directory in which the path's last name stands or would stand; not of the root.
   *
   * @throws ShoalException NOT_FOUND, naming the first part that is missing
   */
  public InodeId requireParent() {
    if (!parentExists()) {
      throw missing();
    }
    return directoryAt(names.size() - 1);
  }

  /** Returns the directory that the first names lead to; they must have been found. */
  public InodeId directoryAt(int depth) {
    return depth == 0 ? InodeTable.ROOT : found.get(depth - 1).inodeId();
  }

  /** Tells whether the path leads through an inode, or to it. */
  public boolean leadsThrough(InodeId inodeId) {
    return found.stream().anyMatch(entry -> entry.inodeId().equals(inodeId));
  }

  private ShoalException missing() {
    boolean last = found.size() == names.size() - 1;
    String message =
        last
            ? "no such file or directory"
            : "the directory " + prefix(names, found.size() + 1) + " does not exist";
    return new ShoalException(ErrorCode.NOT_FOUND, path, message);
  }

  private static String prefix(List<String> names, int depth) {
    return "/" + String.join("/", names.subList(0, depth));
  }
}
