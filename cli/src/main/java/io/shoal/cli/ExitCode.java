package io.shoal.cli;

import io.shoal.common.error.ErrorCode;

/**
 * What a script learns from a command. Documented in {@code docs/cli.md}; numbers never change
 * their meaning.
 */
public enum ExitCode {
  /** Everything was done. */
  OK(0, "everything was done"),
  /**
   * Something failed for a reason that has no number of its own, or several things failed for
   * different reasons.
   */
  FAILED(1, "something failed, see the messages"),
  /** The command line is wrong; nothing was done. */
  USAGE(2, "the command line is wrong, nothing was done"),
  /** A path in the cluster does not exist. */
  NOT_FOUND(3, "a path in the cluster does not exist"),
  /**
   * What stands at a path is in the way: it exists, is not empty, is of the other type, or was
   * changed meanwhile.
   */
  CONFLICT(4, "what stands at a path is in the way"),
  /** The cluster can't be reached or does not answer in time. */
  UNREACHABLE(5, "the cluster can't be reached or does not answer in time"),
  /** The cluster can't take it now: no space, too few nodes, overloaded. */
  REFUSED(6, "the cluster can't take it now: no space, too few nodes, overload"),
  /** Stored bytes can't be read: no replica delivers, or checksums differ. */
  UNREADABLE(7, "stored bytes can't be read from any replica"),
  /** A local file can't be read or written, or is in the way. */
  LOCAL(8, "a local file can't be read or written"),
  /** Everything can be read, but some of it has fewer copies than it should have. */
  UNHEALTHY(9, "some of it has fewer copies than it should have"),
  /** Interrupted, as by ctrl-C. */
  INTERRUPTED(130, "interrupted");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** Returns the number that the process ends with. */
  public int number() {
    return number;
  }

  /** Returns the meaning in a few words. */
  public String meaning() {
    return meaning;
  }

  /** Returns the exit code that fits an error of the client library. */
  public static ExitCode of(ErrorCode code) {
    return switch (code) {
      case NOT_FOUND -> NOT_FOUND;
      case ALREADY_EXISTS,
          NOT_A_DIRECTORY,
          IS_A_DIRECTORY,
          NOT_EMPTY,
          WOULD_CYCLE,
          STALE_GENERATION,
          GENERATION_GONE,
          FENCED ->
          CONFLICT;
      case NOT_LEADER,
          OUTCOME_UNKNOWN,
          UNAVAILABLE,
          DEADLINE_EXCEEDED,
          SESSION_UNKNOWN,
          UNAUTHENTICATED ->
          UNREACHABLE;
      case OVERLOADED, NOT_ENOUGH_NODES, OUT_OF_SPACE, VOLUME_FENCED -> REFUSED;
      case CHUNK_UNKNOWN, REPLICA_SHORT, CHECKSUM_MISMATCH, CHUNK_UNREADABLE -> UNREADABLE;
      case INVALID_ARGUMENT -> USAGE;
      case GRANT_INVALID,
          GRANT_EXPIRED,
          SEQUENCE_STALE,
          LIMIT_EXCEEDED,
          UNSUPPORTED,
          CANCELLED,
          INTERNAL ->
          FAILED;
    };
  }
}
