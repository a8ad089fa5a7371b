package io.shoal.client.internal;

import static io.shoal.client.internal.metadata.ProtoMapping.targetOf;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.shard.Shard;
import io.shoal.proto.v1.ListReply;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listing for one subscriber. Fetches the first page when something is asked for, and each
 * further one when half of the page before was delivered and more is asked for: at most one page
 * ahead. Everything, the subscriber's methods included, runs in a shard on the callback executor,
 * so that signals come one at a time.
 */
final class Listing implements Flow.Subscription {
  /** What a listing is doing. */
  private enum Stage {
    /** Delivers, and fetches when it has to; */
    ACTIVE,
    /** has the last page and delivers what is left of it; */
    DRAINING,
    /** has told its end, or nobody listens any more. */
    ENDED
  }

  /** Where pages come from. */
  @FunctionalInterface
  interface Pages {
    /**
     * Asks for a page.
     *
     * @param since what has to be in the answer: the log up to this index
     */
    CompletableFuture<ListReply> fetch(ListRequest request, long since);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Listing.class);

  private static final int LARGEST_PAGE = 1_024;
  private static final int SMALLEST_PAGE = 64;

  private final String directory;
  private final Pages pages;
  private final Flow.Subscriber<? super DirectoryEntry> subscriber;
  private final Shard shard;

  /** Set by any thread, so that entries that lie ready are not delivered any more. */
  private volatile boolean cancelled;

  private final Deque<DirectoryEntry> fetched = new ArrayDeque<>();
  private Stage stage = Stage.ACTIVE;
  private long demand;
  private Target target;
  private String lastName = "";

  /** What the page before showed of the log; 0 for the first. */
  private long logIndex;

  private @Nullable CompletableFuture<ListReply> fetching;
  private @Nullable ShoalException failure;

  Listing(
      String directory,
      Pages pages,
      ClientResources resources,
      Flow.Subscriber<? super DirectoryEntry> subscriber) {
    this.directory = directory;
    this.pages = pages;
    this.subscriber = subscriber;
    this.target = targetOf(directory);
    this.shard =
        new Shard(
            "listing of " + directory,
            resources.executors().callbacks(),
            Integer.MAX_VALUE,
            resources.executors().faults());
  }

  void start() {
    send(() -> signal(() -> subscriber.onSubscribe(this)));
  }

  @Override
  public void request(long count) {
    send(() -> onRequest(count));
  }

  @Override
  public void cancel() {
    cancelled = true;
    send(this::end);
  }

  /** Sends a task; dropped when the callback executor has ended: nobody could be told anything. */
  private void send(Runnable task) {
    try {
      shard.execute(task);
    } catch (ShoalException ended) {
      LOG.debug("listing of {} stops: {}", directory, ended.toString());
    }
  }

  private void onRequest(long count) {
    if (stage == Stage.ENDED) {
      return;
    }
    if (count <= 0) {
      end();
      subscriber.onError(
          new IllegalArgumentException("entries requested: " + count + " (expected: > 0)"));
      return;
    }
    demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
    proceed();
  }

  /** Delivers what is asked for and there, then sees to more. */
  private void proceed() {
    while (stage != Stage.ENDED && !cancelled && demand > 0 && !fetched.isEmpty()) {
      DirectoryEntry next = fetched.remove();
      demand--;
      signal(() -> subscriber.onNext(next));
    }
    if (cancelled) {
      return; // The end is on its way.
    }
    ShoalException failed = failure;
    if (stage != Stage.ENDED && fetched.isEmpty() && failed != null) {
      end();
      subscriber.onError(failed);
    } else if (stage == Stage.DRAINING && fetched.isEmpty()) {
      end();
      subscriber.onComplete();
    } else if (stage == Stage.ACTIVE) {
      fetchIfUseful();
    }
  }

  private void fetchIfUseful() {
    boolean wanted = demand > 0 || (!lastName.isEmpty() && fetched.size() <= LARGEST_PAGE / 2);
    if (fetching != null || failure != null || !wanted) {
      return;
    }
    long limit = Math.max(SMALLEST_PAGE, Math.min(LARGEST_PAGE, demand));
    ListRequest request =
        ListRequest.newBuilder()
            .setDirectory(target)
            .setAfterName(lastName)
            .setLimit((int) limit)
            .setWithStatus(true)
            .build();
    CompletableFuture<ListReply> page = pages.fetch(request, logIndex);
    fetching = page;
    Listening.to(page, (reply, thrown) -> send(() -> onPage(reply, thrown)));
  }

  private void onPage(@Nullable ListReply reply, @Nullable Throwable thrown) {
    fetching = null;
    if (stage == Stage.ENDED) {
      return;
    }
    if (reply == null) {
      failure =
          ShoalException.of(
              thrown == null
                  ? new ShoalException(ErrorCode.INTERNAL, directory, "page: none (expected: one)")
                  : thrown);
    } else {
      take(reply);
    }
    proceed();
  }

  private void take(ListReply page) {
    try {
      page.getEntriesList().forEach(entry -> fetched.add(ProtoMapping.entryOf(directory, entry)));
    } catch (ShoalException malformed) {
      failure = malformed;
      return;
    }
    if (page.getComplete()) {
      stage = Stage.DRAINING;
    } else if (page.getEntriesCount() == 0) {
      failure =
          new ShoalException(
              ErrorCode.INTERNAL,
              directory,
              "entries in the page: 0 (expected: at least 1, or the end)");
    } else {
      lastName = page.getEntries(page.getEntriesCount() - 1).getName();
      logIndex = page.getLogIndex();
      // The directory of the first page, wherever it is renamed to.
      target = Target.newBuilder().setInodeId(page.getDirectoryInodeId()).build();
    }
  }

  /** A subscriber that throws has broken its contract: it hears nothing more. */
  private void signal(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException thrown) {
      LOG.warn("subscriber of the listing of {} threw; the listing ends", directory, thrown);
      end();
    }
  }

  private void end() {
    stage = Stage.ENDED;
    fetched.clear();
    CompletableFuture<ListReply> open = fetching;
    if (open != null) {
      open.cancel(false);
    }
  }
}
