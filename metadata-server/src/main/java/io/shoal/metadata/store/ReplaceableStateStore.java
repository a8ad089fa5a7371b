package io.shoal.metadata.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store whose whole content can be replaced by another one's. Views that are open stay good to
 * their end, and show what was there when they were opened. Writers, and {@link #replace}, belong
 * to the thread that applies the log.
 */
public final class ReplaceableStateStore implements DurableStateStore {
  private volatile DurableStateStore current;
  private final AppliedWaiters waiters = new AppliedWaiters();

  /**
   * Makes a store.
   *
   * @param first takes
   */
  public ReplaceableStateStore(DurableStateStore first) {
    this.current = first;
  }

  /** Opens the store that takes the place of another. */
  @FunctionalInterface
  public interface Opener {
    /** Opens it; the files of the former one are let go. */
    DurableStateStore open() throws IOException;
  }

  /**
   * Closes the store and goes on with another one. No views can be opened meanwhile; blocks until
   * the last one that is open is closed.
   */
  public void replace(Opener next) throws IOException {
    DurableStateStore former = current;
    former.close();
    former.released().join();
    current = next.open();
    waiters.reached(current.applied().index());
  }

  /**
   * Waits until the state has reached a place in the log.
   *
   * @return completes on the thread that applies the log, so that dependents must be short; views
   *     that are opened then show it. Fails with {@code UNAVAILABLE} when the store is closed
   */
  public CompletableFuture<Void> whenApplied(long index) {
    CompletableFuture<Void> reached = waiters.add(index);
    waiters.reached(applied().index());
    return reached;
  }

  @Override
  public StateView view() {
    return current.view();
  }

  @Override
  public StateWriter begin() {
    return current.begin();
  }

  @Override
  public void commit(StateWriter writer, LogPosition position) {
    current.commit(writer, position);
    waiters.reached(position.index());
  }

  @Override
  public LogPosition applied() {
    return current.applied();
  }

  @Override
  public @Nullable StateDigest digest() {
    return current.digest();
  }

  @Override
  public void flush() {
    current.flush();
  }

  @Override
  public LogPosition checkpoint(Path directory) {
    return current.checkpoint(directory);
  }

  @Override
  public CompletableFuture<Void> released() {
    return current.released();
  }

  @Override
  public void close() {
    waiters.close();
    current.close();
  }
}
