package io.shoal.metadata.namespace;

import io.shoal.common.id.SessionId;

/** Where an inode is in its life. */
public sealed interface Life {
  /** It stands at a path, or in a directory that was detached and is being taken apart. */
  record Visible() implements Life {}

  /** It is not visible, and ends with its session unless it is published. Rule C4. */
  record Pending(SessionId sessionId) implements Life {}

  /**
   * It stands nowhere any more.
   *
   * @param readableUntilMillis last moment at which it may be read by its id. Rule R2
   */
  record Removed(long readableUntilMillis) implements Life {}

  /** It stands at a path. */
  Life VISIBLE = new Visible();
}
