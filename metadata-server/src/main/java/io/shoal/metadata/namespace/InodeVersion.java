package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;

/** Exactly one content of one inode. */
public record InodeVersion(InodeId inodeId, long generation) {}
