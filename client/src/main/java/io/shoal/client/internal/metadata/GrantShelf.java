package io.shoal.client.internal.metadata;

import io.shoal.client.FilePolicy;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.SessionId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The grants of one policy, and who waits for one. Owned by the shard of its {@link GrantPool}. */
final class GrantShelf {
  /** What the protocol allows in one request. */
  private static final int REQUEST_LIMIT = 256;

  private static final long SOON_NANOS = 1_000_000_000L;

  private final FilePolicy policy;
  private final GrantPool.Limits limits;

  /** Oldest first. */
  private final Deque<GrantedChunk> ready = new ArrayDeque<>();

  private final Set<Taker> takers = new LinkedHashSet<>();

  private boolean everAsked;
  private long lastAskedNanos;

  /** Grants that were asked for and have not come. */
  private int asked;

  /** How many should lie ready, beside those that somebody waits for. */
  private int ahead;

  GrantShelf(FilePolicy policy, GrantPool.Limits limits) {
    this.policy = policy;
    this.limits = limits;
  }

  FilePolicy policy() {
    return policy;
  }

  int takersWaiting() {
    return takers.size();
  }

  /** Takes a grant that is as good as new; throws away those that are not. */
  @Nullable GrantedChunk takeReady(
      long nowNanos, @Nullable SessionId session, NodeSuspicions suspicions) {
    while (true) {
      GrantedChunk grant = ready.poll();
      if (grant == null) {
        return null;
      }
      if (isOld(grant, nowNanos)) {
        ahead /= 2;
      } else if (grant.session().equals(session) && !namesFailedNode(grant, suspicions)) {
        return grant;
      }
    }
  }

  private static boolean isOld(GrantedChunk grant, long nowNanos) {
    long halfLife = grant.usableUntilNanos() - grant.requestedAtNanos();
    return nowNanos - grant.requestedAtNanos() >= halfLife / 2;
  }

  private static boolean namesFailedNode(GrantedChunk grant, NodeSuspicions suspicions) {
    for (GrantedChunk.Node node : grant.nodes()) {
      if (suspicions.failedSince(node.id(), grant.requestedAtNanos())) {
        return true;
      }
    }
    return false;
  }

  /** Takes a grant back that nobody has seen. */
  void putBack(GrantedChunk grant) {
    ready.addFirst(grant);
  }

  /** Lets somebody wait; false if too many do. */
  boolean addTaker(Taker taker) {
    if (takers.size() >= limits.maxWaiting()) {
      return false;
    }
    takers.add(taker);
    ahead = Math.max(1, ahead);
    return true;
  }

  void removeTaker(Taker taker) {
    takers.remove(taker);
  }

  /**
   * Decides how many grants to ask for now, 0 for none, and counts them as asked. Asks for more and
   * more at a time as long as one request soon follows another.
   */
  int startAsking(long nowNanos) {
    int missing = takers.size() + ahead - ready.size() - asked;
    boolean somebodyWouldWait = takers.size() > ready.size() + asked;
    boolean half = missing > ahead / 2;
    if (missing <= 0 || !(somebodyWouldWait || half)) {
      return 0;
    }
    if (everAsked && nowNanos - lastAskedNanos < SOON_NANOS) {
      int before = ahead;
      ahead = Math.min(limits.maxAhead(), 2 * ahead);
      missing += ahead - before;
    }
    everAsked = true;
    lastAskedNanos = nowNanos;
    int count = Math.min(missing, REQUEST_LIMIT);
    asked += count;
    return count;
  }

  /** Corrects the number of grants that are under way. */
  void asked(int change) {
    asked += change;
  }

  /** Serves those who wait, puts the rest on the shelf. */
  void add(List<GrantedChunk> grants) {
    Iterator<Taker> waiting = List.copyOf(takers).iterator();
    for (GrantedChunk grant : grants) {
      boolean taken = false;
      while (!taken && waiting.hasNext()) {
        Taker taker = waiting.next();
        takers.remove(taker);
        taken = taker.grant.complete(grant);
      }
      if (!taken) {
        ready.add(grant);
      }
    }
  }

  /** Fails those who have waited longest. */
  void failTakers(int count, ShoalException reason) {
    List<Taker> failing = takers.stream().limit(count).toList();
    failing.forEach(takers::remove);
    failing.forEach(taker -> taker.grant.completeExceptionally(reason));
    if (takers.isEmpty()) {
      ahead = 0;
    }
  }

  /** Somebody who takes a grant: equal to nobody else. */
  static final class Taker {
    private final CompletableFuture<GrantedChunk> grant = new CompletableFuture<>();

    /** Completes with the grant; may be cancelled. */
    CompletableFuture<GrantedChunk> grant() {
      return grant;
    }
  }
}
