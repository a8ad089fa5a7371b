package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * Produces the replies to one request. Calls come one at a time, on an event loop, and must not
 * block.
 */
public interface ReplySource {
  /** The stream became ready for more; {@link ReplyStream#isReady} may be false again meanwhile. */
  void onReady();

  /**
   * The other end is gone, or no longer interested; whatever is sent now is dropped. Called at most
   * once, last.
   */
  void onAborted(ShoalException reason);
}
