package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;

/** A file or directory, by its path or, once that is known, by its inode. */
public sealed interface Target {
  /** What stands at a path when the request is executed. */
  record AtPath(String path) implements Target {
    @Override
    public String toString() {
      return path;
    }
  }

  /** The inode itself, wherever it is by then; also one that was removed, within its grace. */
  record OfInode(InodeId inodeId) implements Target {
    @Override
    public String toString() {
      return "inode " + inodeId;
    }
  }
}
