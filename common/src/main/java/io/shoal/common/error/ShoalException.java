package io.shoal.common.error;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a caller can understand and act on: a code, a message that says what was wrong and
 * what was expected, and the subject it was about. The only exception with which Shoal's futures
 * and streams fail, apart from cancellation.
 *
 * <p>It carries no stack trace unless the code is {@link ErrorCode#INTERNAL}: it reports a
 * condition of the cluster or of the request, not a place in the code, and is made by the thousand
 * under load.
 */
public final class ShoalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String subject;
  private final int retryAfterMillis;

  /**
   * Makes an exception without a cause.
   *
   * @param subject path, chunk, node, volume or key that it is about; empty if it is about the
   *     request as a whole
   */
  public ShoalException(ErrorCode code, String subject, String message) {
    this(code, subject, message, 0, null);
  }

  /** Makes an exception that was caused by another one. */
  public ShoalException(ErrorCode code, String subject, String message, @Nullable Throwable cause) {
    this(code, subject, message, 0, cause);
  }

  /**
   * Makes an exception with all that can be said.
   *
   * @param retryAfterMillis how long to wait before trying again; 0 for no opinion
   */
  public ShoalException(
      ErrorCode code,
      String subject,
      String message,
      int retryAfterMillis,
      @Nullable Throwable cause) {
    super(message, cause, true, code == ErrorCode.INTERNAL);
    this.code = Objects.requireNonNull(code);
    this.subject = Objects.requireNonNull(subject);
    this.retryAfterMillis = retryAfterMillis;
  }

  /** Returns what went wrong. */
  public ErrorCode code() {
    return code;
  }

  /** Returns what it was about; empty if it was the request as a whole. */
  public String subject() {
    return subject;
  }

  /** Returns how long to wait before trying again, in milliseconds; 0 for no opinion. */
  public int retryAfterMillis() {
    return retryAfterMillis;
  }

  /** Tells whether the same request may succeed if it is tried again. */
  public boolean retryable() {
    return code.retryable();
  }

  /** Returns the message without the wrapping that {@link #toString} adds; never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  @Override
  public String toString() {
    return subject.isEmpty()
        ? code + ": " + getMessage()
        : code + ": " + subject + ": " + getMessage();
  }

  /**
   * Finds the failure behind what a future or executor threw: unwraps {@link CompletionException}
   * and {@link ExecutionException}, and turns anything that is not a {@code ShoalException} into
   * {@link ErrorCode#INTERNAL} with that as its cause.
   */
  public static ShoalException of(Throwable thrown) {
    Throwable current = thrown;
    while ((current instanceof CompletionException || current instanceof ExecutionException)
        && current.getCause() != null) {
      current = current.getCause();
    }
    if (current instanceof ShoalException known) {
      return known;
    }
    return new ShoalException(ErrorCode.INTERNAL, "", "unexpected: " + current, current);
  }
}
