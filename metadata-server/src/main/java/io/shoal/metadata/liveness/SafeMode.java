package io.shoal.metadata.liveness;

import io.shoal.common.time.TimeSource;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this leader hears enough of the storage nodes to act on what it does not hear. It is in
 * safe mode as long as more than half of those that should be there are silent: after a start until
 * they have reported, and whenever it is more likely that the leader is cut off than that they all
 * have failed. Nobody is declared dead then, and nothing is copied or removed; reads and writes go
 * on as far as nodes are there.
 *
 * <p><b>Soft state</b>, of the leader only. Thread-safe; updated by one thread.
 */
public final class SafeMode {
  private static final Logger LOG = LoggerFactory.getLogger(SafeMode.class);

  /**
   * What is known.
   *
   * @param heard nodes that are alive, of those that are expected
   * @param expected nodes that should be there
   */
  public record State(boolean on, int heard, int expected) {}

  private final Duration settleTime;
  private final TimeSource time;
  private volatile State state = new State(true, 0, 0);
  private volatile long changedNanos;

  /**
   * Makes one that is on.
   *
   * @param settleTime after the end of the safe mode nodes have so long to come back, too
   */
  SafeMode(Duration settleTime, TimeSource time) {
    this.settleTime = settleTime;
    this.time = time;
    this.changedNanos = time.nanoTime();
  }

  /** Nothing is known any more. */
  void begin() {
    state = new State(true, 0, 0);
    changedNanos = time.nanoTime();
  }

  /** Takes note of how many nodes are heard. */
  public void update(int heard, int expected) {
    State before = state;
    boolean on = (expected - heard) * 2 > expected;
    state = new State(on, heard, expected);
    if (on != before.on()) {
      changedNanos = time.nanoTime();
    }
    if (on && before.on() && before.expected() == 0) {
      LOG.info("Safe mode until half of {} nodes are heard", expected);
    } else if (on && !before.on()) {
      LOG.warn(
          "Safe mode: {} of {} nodes are silent (expected: at most half): none of them is declared"
              + " dead, and nothing is copied or removed",
          expected - heard,
          expected);
    } else if (!on && before.on() && before.expected() > 0) {
      LOG.info("End of the safe mode: {} of {} nodes are heard", heard, expected);
    }
  }

  /** Returns what is known now. */
  public State state() {
    return state;
  }

  /** Tells whether it is on. */
  public boolean on() {
    return state.on();
  }

  /** Tells whether it has been over for so long that who is still silent will stay so. */
  public boolean settled() {
    return !on() && time.nanoTime() - changedNanos >= settleTime.toNanos();
  }
}
