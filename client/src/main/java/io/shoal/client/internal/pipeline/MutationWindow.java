package io.shoal.client.internal.pipeline;

import java.util.TreeSet;

/**
 * The sequence numbers of one session (rule X1). A number is taken when a mutation is let in and
 * released when its answer was seen or is not wanted any more; the lowest one that is taken tells
 * the server which replies it need not keep.
 */
final class MutationWindow {
  private final long sessionId;
  private final int size;
  private final TreeSet<Long> unacknowledged = new TreeSet<>();
  private long next = 1;

  MutationWindow(long sessionId, int size) {
    this.sessionId = sessionId;
    this.size = Math.max(1, size);
  }

  long sessionId() {
    return sessionId;
  }

  /** Tells whether one more mutation may be under way. */
  boolean hasRoom() {
    return next - firstUnacknowledged() < size;
  }

  long take() {
    if (!hasRoom()) {
      throw new IllegalStateException(
          "mutations under way: sequence %d, first unacknowledged %d (expected: less than %d apart)"
              .formatted(next, firstUnacknowledged(), size));
    }
    unacknowledged.add(next);
    return next++;
  }

  void release(long sequence) {
    unacknowledged.remove(sequence);
  }

  long firstUnacknowledged() {
    return unacknowledged.isEmpty() ? next : unacknowledged.first();
  }
}
