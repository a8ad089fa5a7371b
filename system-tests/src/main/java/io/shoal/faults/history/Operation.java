package io.shoal.faults.history;

/**
 * Something that a client did to a file, from when it began to when the answer was there.
 *
 * @param client who did it
 * @param file which file; each is a register of its own
 * @param content what was written; 0 if nothing was
 * @param outcome what came of it
 * @param found what was read; 0 if nothing was, or if there was no file
 * @param beginNanos of a clock that all clients share
 * @param endNanos of the same clock; {@link #NEVER} if it is not known whether it was done
 */
public record Operation(
    int client,
    int file,
    Kind kind,
    long content,
    Outcome outcome,
    long found,
    long beginNanos,
    long endNanos) {
  /** It may have its effect at any time after its begin, or never. */
  public static final long NEVER = Long.MAX_VALUE;

  /** What was done. */
  public enum Kind {
    /** Put a file where there must be none. */
    CREATE,
    /** Put a file, in the place of another one if there is one. */
    REPLACE,
    DELETE,
    READ,
    /** Read by the leader's lease. */
    LEASE_READ,
    /** Read from any metadata server. */
    FOLLOWER_READ;

    boolean reads() {
      return this == READ || this == LEASE_READ || this == FOLLOWER_READ;
    }
  }

  /** What came of it. */
  public enum Outcome {
    DONE,
    /** There was a file, where there must be none. */
    EXISTS,
    /** There was no file. */
    MISSING,
    /** Nobody knows. */
    UNKNOWN
  }

  public Operation {
    if ((outcome == Outcome.UNKNOWN) != (endNanos == NEVER)) {
      throw new IllegalArgumentException("outcome: " + outcome + ", end: " + endNanos);
    }
    if (endNanos < beginNanos) {
      throw new IllegalArgumentException("end: " + endNanos + " (expected: >= " + beginNanos + ")");
    }
  }

  boolean isKnown() {
    return outcome != Outcome.UNKNOWN;
  }

  /** Returns the line of a file of operations that {@link #parse} reads. */
  public String line() {
    return String.join(
        " ",
        Integer.toString(client),
        Integer.toString(file),
        kind.name(),
        Long.toString(content),
        outcome.name(),
        Long.toString(found),
        Long.toString(beginNanos),
        Long.toString(endNanos));
  }

  /** Reads a line. */
  public static Operation parse(String line) {
    String[] words = line.split(" ", -1);
    return new Operation(
        Integer.parseInt(words[0]),
        Integer.parseInt(words[1]),
        Kind.valueOf(words[2]),
        Long.parseLong(words[3]),
        Outcome.valueOf(words[4]),
        Long.parseLong(words[5]),
        Long.parseLong(words[6]),
        Long.parseLong(words[7]));
  }
}
