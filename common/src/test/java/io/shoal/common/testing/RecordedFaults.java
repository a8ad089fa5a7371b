package io.shoal.common.testing;

import io.shoal.common.error.FaultHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A fault handler that keeps what it gets, for the test to look at at its end. Thread-safe. */
public final class RecordedFaults implements FaultHandler {
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();

  @Override
  public void onFault(String where, Throwable fault) {
    faults.add(fault);
  }

  /** Returns the faults so far, in order. */
  public List<Throwable> all() {
    return List.copyOf(faults);
  }

  /** Fails the test if there was a fault. */
  public void assertNone() {
    if (!faults.isEmpty()) {
      AssertionError failure = new AssertionError("faults: " + faults + " (expected: none)");
      faults.forEach(failure::addSuppressed);
      throw failure;
    }
  }
}
