package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.EntryTable;
import io.shoal.metadata.namespace.EntryTable.Entry;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.PathWalk;
import io.shoal.metadata.namespace.Precondition;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes a file visible at a path, in the place of what stood there. Rule C3. */
final class Publisher {
  private Publisher() {}

  /** Checks that a file may be put at a path. */
  static void check(Context context, PathWalk walk, Precondition precondition, boolean parents) {
    if (walk.isRoot()) {
      throw Refusal.isDirectory(walk.path());
    }
    if (!parents) {
      walk.requireParent();
    }
    Entry there = walk.entry();
    if (there == null) {
      if (precondition instanceof Precondition.Exactly exactly) {
        throw stale(walk.path(), "nothing stands there", exactly.version());
      }
      return;
    }
    if (precondition instanceof Precondition.Absent) {
      throw new ShoalException(
          ErrorCode.ALREADY_EXISTS,
          walk.path(),
          "a " + (there.isDirectory() ? "directory" : "file") + " stands there");
    }
    if (there.isDirectory()) {
      throw Refusal.isDirectory(walk.path());
    }
    if (precondition instanceof Precondition.Exactly exactly) {
      InodeVersion actual = InodeTable.require(context.state(), there.inodeId()).status().version();
      if (!actual.equals(exactly.version())) {
        throw stale(walk.path(), words(actual) + " stands there", exactly.version());
      }
    }
  }

  private static ShoalException stale(String path, String actual, InodeVersion expected) {
    return new ShoalException(
        ErrorCode.STALE_GENERATION, path, actual + " (expected: " + words(expected) + ")");
  }

  private static String words(InodeVersion version) {
    return "inode " + version.inodeId() + " in generation " + version.generation();
  }

  /** Puts the entry of a file, whose own row the caller changes. */
  static void publish(Context context, FileStatus file, Publish publish) {
    PathWalk walk = PathWalk.of(context.state(), publish.path());
    check(context, walk, publish.precondition(), publish.parents());
    Attributes ofParents =
        new Attributes(
            null,
            file.ownership().owner(),
            file.ownership().group(),
            null,
            new TreeMap<>(),
            new TreeSet<>());
    InodeId parent = Inodes.makeDirectories(context, walk, walk.names().size() - 1, ofParents);
    Entry replaced = walk.entry();
    EntryTable.put(context.state(), parent, walk.name(), new Entry(file.inodeId(), FileType.FILE));
    InodeTable.touch(context.state(), parent, context.now());
    if (replaced != null) {
      InodeTable.remove(context.state(), replaced.inodeId(), context.now());
    }
  }
}
