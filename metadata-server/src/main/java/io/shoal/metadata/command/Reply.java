package io.shoal.metadata.command;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.namespace.FileStatus;

/** What came of a command. */
public sealed interface Reply {
  /** It had no effect, for this reason. */
  record Failure(ErrorCode code, String subject, String message) implements Reply {
    /** Returns what went wrong as a reply. */
    public static Failure of(ShoalException thrown) {
      return new Failure(thrown.code(), thrown.subject(), thrown.getMessage());
    }

    /** Returns the reply as what a caller's future fails with. */
    public ShoalException toException() {
      return new ShoalException(code, subject, message);
    }
  }

  /** It was done, and there is nothing more to say. */
  record Done() implements Reply {}

  /**
   * A session is open.
   *
   * @param lifetimeMillis how long it may be silent
   * @param window most commands in flight: sequence - firstUnacknowledged is below it
   */
  record SessionOpened(SessionId sessionId, long lifetimeMillis, int window) implements Reply {}

  /**
   * A directory is there.
   *
   * @param created how many directories were made
   */
  record DirectoryMade(FileStatus status, int created) implements Reply {}

  /** The file or directory as it is after the command. */
  record OfFile(FileStatus status) implements Reply {}

  /**
   * A page of a map was copied.
   *
   * @param status of the destination
   * @param nextFileOffset where the next page of the source begins; its length when all is copied
   */
  record Cloned(FileStatus status, long nextFileOffset) implements Reply {}

  /**
   * Chunk ids were taken: as many as {@code count}, counting up from the first.
   *
   * @param first the first of them
   */
  record IdsAllocated(ChunkId first, int count) implements Reply {}

  /** A node is recorded under this number. */
  record NodeRegistered(NodeId nodeId) implements Reply {}

  /** A signing key is valid under this number. */
  record KeyRotated(int keyId) implements Reply {}

  /**
   * How far a maintenance command came.
   *
   * @param units units of work that were done
   * @param more whether more is due at the same log time
   */
  record Progress(int units, boolean more) implements Reply {}

  /** It was done, and there is nothing more to say. */
  Reply DONE = new Done();
}
