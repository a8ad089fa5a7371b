package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.namespace.AttributeRules;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.EntryTable;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Life;
import io.shoal.metadata.namespace.PathWalk;
import io.shoal.metadata.namespace.Target;
import java.util.TreeMap;

/** Makes and finds the inodes that commands are about. */
final class Inodes {
  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final FilePolicy NO_POLICY = new FilePolicy(0, 0, 0);

  private Inodes() {}

  /** Takes an id that no inode ever had. Rule T2. */
  static InodeId takeId(Context context) {
    return new InodeId(SystemTable.takeIds(context.state(), Counter.INODE_IDS, 1));
  }

  /** Returns a pending file of the command's session, not yet in the table. Rule C4. */
  static InodeRow freshFile(Context context, FilePolicy asked, Attributes attributes) {
    FilePolicy policy = asked.resolve(SystemTable.settings(context.state()));
    FileStatus status =
        fresh(context, takeId(context), FileType.FILE, FILE_MODE, policy, attributes);
    return new InodeRow(status, new Life.Pending(context.session()), 0);
  }

  /** Returns a visible directory, not yet in the table. */
  static InodeRow freshDirectory(Context context, InodeId inodeId, Attributes attributes) {
    FileStatus status =
        fresh(context, inodeId, FileType.DIRECTORY, DIRECTORY_MODE, NO_POLICY, attributes);
    return new InodeRow(status, Life.VISIBLE, 0);
  }

  private static FileStatus fresh(
      Context context,
      InodeId inodeId,
      FileType type,
      int mode,
      FilePolicy policy,
      Attributes attributes) {
    FileStatus bare =
        new FileStatus(
            inodeId,
            type,
            0,
            1,
            new FileStatus.Ownership(mode, context.owner(), context.group()),
            new FileStatus.Times(context.now(), context.now()),
            policy,
            new TreeMap<>());
    return AttributeRules.apply(bare, attributes);
  }

  /**
   * Makes the directories of a path that are missing, down to a depth.
   *
   * @return the directory at that depth
   */
  static InodeId makeDirectories(Context context, PathWalk walk, int depth, Attributes attributes) {
    int there = walk.found().size();
    if (there >= depth) {
      return walk.directoryAt(depth);
    }
    InodeId parent = walk.directoryAt(there);
    InodeTable.touch(context.state(), parent, context.now());
    for (String name : walk.names().subList(there, depth)) {
      InodeRow made = freshDirectory(context, takeId(context), attributes);
      InodeTable.insert(context.state(), made);
      EntryTable.put(
          context.state(), parent, name, new EntryTable.Entry(made.inodeId(), FileType.DIRECTORY));
      parent = made.inodeId();
    }
    return parent;
  }

  /** Finds the file or directory that a command is to change. */
  static InodeRow find(Context context, Target target) {
    if (target instanceof Target.AtPath at) {
      PathWalk walk = PathWalk.of(context.state(), at.path());
      return InodeTable.require(context.state(), walk.requireEntry().inodeId());
    }
    return find(context, ((Target.OfInode) target).inodeId());
  }

  /** Finds an inode that the command's session may change: a visible one or its own pending one. */
  static InodeRow find(Context context, InodeId inodeId) {
    InodeRow row = InodeTable.find(context.state(), inodeId);
    if (row == null) {
      throw Refusal.inodeMissing(inodeId, "no file or directory has this inode id");
    }
    if (row.life() instanceof Life.Removed) {
      throw Refusal.inodeMissing(inodeId, "the file was deleted or replaced");
    }
    if (row.life() instanceof Life.Pending pending
        && !pending.sessionId().equals(context.session())) {
      throw Refusal.inodeMissing(inodeId, "the file is pending in another session");
    }
    return row;
  }

  /** Finds a file in exactly one generation. Rule C3. */
  static InodeRow findFile(Context context, InodeVersion version) {
    InodeRow row = find(context, version.inodeId());
    if (row.isDirectory()) {
      throw Refusal.isDirectory("inode " + version.inodeId());
    }
    if (row.status().generation() != version.generation()) {
      throw new ShoalException(
          ErrorCode.STALE_GENERATION,
          "inode " + version.inodeId(),
          "generation: " + row.status().generation() + " (expected: " + version.generation() + ")");
    }
    return row;
  }
}
