package io.shoal.client.internal.write;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that all writers of a client hold together: from the allocation of a frame until the
 * bytes in it are durable on every node that still takes part. Thread-safe.
 *
 * <p>Bytes are held by frames that nobody has asked to make durable yet, too: a file that is
 * written slowly may hold some for ever. So that a writer which waits never waits for such a one,
 * the budget knows how many bytes are <em>settling</em>, which means that their nodes were asked to
 * make them durable and that they will be given back without anybody's doing. When somebody waits
 * and nothing is settling, the budget is <em>stuck</em>, and every writer is asked to let what it
 * holds be made durable.
 */
public final class WriteBudget {
  private final Permits permits;
  private final Set<Runnable> holders = ConcurrentHashMap.newKeySet();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong settlingBytes = new AtomicLong();

  /** Makes a budget on top of permits that nobody else uses. */
  public WriteBudget(Permits permits) {
    this.permits = permits;
  }

  /** Takes bytes if there is room and nobody waits; otherwise returns null. */
  @Nullable Permit tryAcquire(long bytes) {
    return permits.tryAcquire(bytes);
  }

  /** Asks for bytes, as {@link Permits#acquire} says. */
  CompletableFuture<Permit> acquire(long bytes) {
    CompletableFuture<Permit> permit = permits.acquire(bytes);
    if (!permit.isDone()) {
      waiting.incrementAndGet();
      Listening.to(permit, (held, failure) -> waiting.decrementAndGet());
      relieveIfStuck();
    }
    return permit;
  }

  /**
   * Adds somebody who holds bytes.
   *
   * @param relief called on any thread when the budget is stuck; must not block
   */
  void addHolder(Runnable relief) {
    holders.add(relief);
  }

  /** Removes somebody who holds no bytes any more. */
  void removeHolder(Runnable relief) {
    holders.remove(relief);
  }

  /** Says that more bytes are settling, or fewer. */
  void settling(long change) {
    if (change != 0 && settlingBytes.addAndGet(change) == 0) {
      relieveIfStuck();
    }
  }

  /** Tells whether somebody waits for bytes that nobody is about to give back. */
  boolean isStuck() {
    return waiting.get() > 0 && settlingBytes.get() == 0;
  }

  private void relieveIfStuck() {
    if (isStuck()) {
      holders.forEach(Runnable::run);
    }
  }

  @Override
  public String toString() {
    return "WriteBudget[" + permits + ", settling=" + settlingBytes + "]";
  }
}
