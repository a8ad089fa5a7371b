package io.shoal.common.error;

/**
 * What went wrong, in one word. The numbers are those of {@code shoal.v1.ErrorCode} on the wire.
 */
public enum ErrorCode {
  /** A field is missing, malformed or out of range. */
  INVALID_ARGUMENT(1, false),

  /** A path or one of its parents does not exist. */
  NOT_FOUND(2, false),

  /** The target exists, and the request does not allow to replace it. */
  ALREADY_EXISTS(3, false),

  /** A file stands where a directory is needed. */
  NOT_A_DIRECTORY(4, false),

  /** A directory stands where a file is needed. */
  IS_A_DIRECTORY(5, false),

  /** The directory has entries, and the request is not recursive. */
  NOT_EMPTY(6, false),

  /** The rename would move a directory into itself. */
  WOULD_CYCLE(7, false),

  /**
   * The (inode, generation) that the request presumes is no longer the current one: another writer
   * was faster.
   */
  STALE_GENERATION(8, false),

  /** Committed bytes were altered since the generation that the request asks about. */
  GENERATION_GONE(9, false),

  /** The signature, session, nodes or length of a grant do not fit what is asked under it. */
  GRANT_INVALID(10, false),

  /** The grant's time has passed; take a new chunk. */
  GRANT_EXPIRED(11, false),

  /** Another stream of the same writer, or another generation, has taken over. */
  FENCED(12, false),

  /** The credentials do not belong to this cluster. */
  UNAUTHENTICATED(13, false),

  /** The session is unknown or has expired; open a new one. */
  SESSION_UNKNOWN(14, false),

  /** The sequence number is older than the session's window: its reply is gone. */
  SEQUENCE_STALE(15, false),

  /** A limit on size, count or depth would be passed; the message names it. */
  LIMIT_EXCEEDED(16, false),

  /** The server speaks another version or does not know the request. */
  UNSUPPORTED(17, false),

  /** The caller cancelled it. */
  CANCELLED(18, false),

  /**
   * This metadata server does not lead, and did nothing; the subject is where clients reach the one
   * that does, or empty if that is not known.
   */
  NOT_LEADER(32, true),

  /** The outcome is not known; retry with the same session and sequence. */
  OUTCOME_UNKNOWN(33, true),

  /** A limit on work in progress was reached; wait `retry_after_millis`. */
  OVERLOADED(34, true),

  /** The peer cannot be reached or is shutting down. */
  UNAVAILABLE(35, true),

  /** The deadline passed. */
  DEADLINE_EXCEEDED(36, true),

  /** Fewer eligible storage nodes than the file's min-replicas. */
  NOT_ENOUGH_NODES(37, true),

  /** No volume of the node has room above its reserve. */
  OUT_OF_SPACE(38, true),

  /** The node has no such chunk. */
  CHUNK_UNKNOWN(39, true),

  /** The node's replica ends before the range that was asked: try another one. */
  REPLICA_SHORT(40, true),

  /** Bytes and checksum differ: try another replica. */
  CHECKSUM_MISMATCH(41, true),

  /** The volume was fenced after an I/O error. */
  VOLUME_FENCED(42, true),

  /** No replica of the chunk could deliver it; every one was tried. */
  CHUNK_UNREADABLE(43, true),

  /** The server or library met a state that should be impossible. */
  INTERNAL(64, false);

  private final int number;
  private final boolean retryable;

  ErrorCode(int number, boolean retryable) {
    this.number = number;
    this.retryable = retryable;
  }

  /** Returns the number on the wire. */
  public int number() {
    return number;
  }

  /** Tells whether the same request may succeed if it is tried again, on this server or another. */
  public boolean retryable() {
    return retryable;
  }

  /**
   * Returns the code with a number from the wire; {@link #INTERNAL} for one that this version does
   * not know, because nothing may be retried on a guess.
   */
  public static ErrorCode ofNumber(int number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return INTERNAL;
  }
}
