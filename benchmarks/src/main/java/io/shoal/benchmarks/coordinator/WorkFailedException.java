package io.shoal.benchmarks.coordinator;

import org.jspecify.annotations.Nullable;

/** A system could not do what it was to be measured at. */
final class WorkFailedException extends Exception {
  WorkFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
