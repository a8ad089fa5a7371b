package io.shoal.cli;

import io.shoal.client.DirectoryEntry;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a directory, pulled one by one by the main thread while the client fetches the
 * next pages. At most {@value #AHEAD} entries are in memory.
 */
public final class Entries implements AutoCloseable {
  private static final int AHEAD = 2_048;

  /** What the queue carries: an entry, the failure, or the end. */
  private record Item(@Nullable DirectoryEntry entry, @Nullable Throwable failure) {}

  private static final Item END = new Item(null, null);

  private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private int taken;

  /** Begins to list. */
  public Entries(Flow.Publisher<DirectoryEntry> listing) {
    listing.subscribe(new Subscriber());
  }

  /**
   * Returns the next entry, or null at the end.
   *
   * @throws ShoalException as the listing failed
   */
  public @Nullable DirectoryEntry next() throws InterruptedException {
    Item item = queue.take();
    if (item.failure != null) {
      throw ShoalException.of(item.failure);
    }
    Flow.Subscription current = subscription;
    if (item.entry != null && current != null && ++taken == AHEAD / 2) {
      taken = 0;
      current.request(AHEAD / 2);
    }
    return item.entry;
  }

  /** Ends the listing if it is not at its end. */
  @Override
  public void close() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  private final class Subscriber implements Flow.Subscriber<DirectoryEntry> {
    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(AHEAD);
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      put(new Item(entry, null));
    }

    @Override
    public void onError(Throwable failure) {
      put(new Item(null, failure));
    }

    @Override
    public void onComplete() {
      put(END);
    }

    private void put(Item item) {
      // Demand bounds the queue: a publisher that overruns it breaks the contract of Flow.
      if (queue.size() > AHEAD + 1 || !queue.offer(item)) {
        throw new ShoalException(
            ErrorCode.INTERNAL, "", "the listing delivered more than was asked for");
      }
    }
  }
}
