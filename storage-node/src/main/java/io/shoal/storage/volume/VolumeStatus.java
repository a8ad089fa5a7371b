package io.shoal.storage.volume;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a volume and why it is in it. Thread-safe. */
final class VolumeStatus {
  private static final Logger logger = LoggerFactory.getLogger(VolumeStatus.class);

  enum State {
    /** Recovers; serves nobody. */
    OPENING,
    /** Reads and writes. */
    HEALTHY,
    /** Reads, and lets open chunks grow; has no room for new ones. */
    FULL,
    /** Reads as well as it can, and never writes again (rule D3). */
    FENCED,
    /** Could not be opened, for a reason that may have passed at the next start; serves nobody. */
    OFFLINE,
    /** Over. */
    CLOSED
  }

  /** A state and what led to it, seen together. */
  record Status(State state, String reason) {}

  private static final Map<State, Set<State>> NEXT = new EnumMap<>(State.class);

  static {
    NEXT.put(State.OPENING, EnumSet.complementOf(EnumSet.of(State.OPENING)));
    NEXT.put(State.HEALTHY, EnumSet.of(State.FULL, State.FENCED, State.CLOSED));
    NEXT.put(State.FULL, EnumSet.of(State.HEALTHY, State.FENCED, State.CLOSED));
    NEXT.put(State.FENCED, EnumSet.of(State.CLOSED));
    NEXT.put(State.OFFLINE, EnumSet.of(State.FENCED, State.CLOSED));
    NEXT.put(State.CLOSED, EnumSet.noneOf(State.class));
  }

  private final String volume;
  private volatile Status status = new Status(State.OPENING, "");

  VolumeStatus(String volume) {
    this.volume = volume;
  }

  Status get() {
    return status;
  }

  /**
   * Moves to another state. Several threads may want to at once, so a move that another one has
   * overtaken is no defect.
   *
   * @return false if it may not follow the present state, which stays
   */
  boolean moveTo(State next, String reason) {
    return moveTo(next, reason, null);
  }

  /** As {@link #moveTo(State, String)}, with the failure behind it for the log. */
  synchronized boolean moveTo(State next, String reason, @Nullable Throwable cause) {
    Status before = status;
    if (!NEXT.getOrDefault(before.state(), Set.of()).contains(next)) {
      return false;
    }
    status = new Status(next, reason);
    if (next == State.FENCED || next == State.OFFLINE) {
      logger.error("{}: {} to {}: {}", volume, before.state(), next, reason, cause);
    } else {
      logger.info("{}: {} to {}: {}", volume, before.state(), next, reason);
    }
    return true;
  }
}
