package io.shoal.metadata.store;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store on disk. The log is its write-ahead log: what was committed here but not flushed is lost
 * in a crash, always as a whole suffix of log entries, and comes back by replay from {@link
 * #applied()}.
 */
public interface DurableStateStore extends StateStore {
  /** Completes when the store is closed and its files are let go: after the last view. */
  CompletableFuture<Void> released();

  /**
   * Returns a digest of all that was committed up to some place in the log that is the same for all
   * servers, not long ago; null if there was none yet. May be asked for by anyone.
   */
  @Nullable StateDigest digest();

  /** Brings all that is committed onto stable storage. */
  void flush();

  /**
   * Makes a copy of the store, as of the last commit, from which a store can be opened; durable
   * when this returns. Called by the thread that applies the log.
   *
   * @param directory where the copy goes; must not exist, its parent must
   * @return the position of the copy
   */
  LogPosition checkpoint(Path directory);
}
