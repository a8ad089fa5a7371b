package io.shoal.cli;

import com.beust.jcommander.ParameterException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;

/** Turns an error of the client library into a line that says what was wrong and what to do. */
final class ErrorText {
  private ErrorText() {}

  static String of(ShoalException error) {
    String subject = error.subject();
    String message = error.getMessage();
    String about =
        subject.isEmpty() || message.contains(subject) ? "" : Names.printable(subject) + ": ";
    String hint = hint(error.code());
    return about + message + (hint.isEmpty() ? "" : " (" + hint + ")");
  }

  /** JCommander's message, without its internals. */
  static String ofParser(ParameterException error) {
    String message = String.valueOf(error.getMessage());
    return message.contains("no main parameter was defined") ? "it takes no arguments" : message;
  }

  private static String hint(ErrorCode code) {
    return switch (code) {
      case ALREADY_EXISTS -> "use -f to replace it";
      case IS_A_DIRECTORY, NOT_EMPTY -> "use -r for a directory and all below it";
      case UNAVAILABLE -> "is the cluster running? try: scripts/cluster status";
      case NOT_ENOUGH_NODES -> "see which nodes are alive with: shoal nodes";
      case OUT_OF_SPACE -> "see what is free with: shoal df";
      case STALE_GENERATION, FENCED -> "somebody else changed the file meanwhile";
      case OUTCOME_UNKNOWN -> "look whether it took effect before you try again";
      case INTERNAL -> "this is a defect of Shoal, please report it";
      case INVALID_ARGUMENT,
          NOT_FOUND,
          NOT_A_DIRECTORY,
          WOULD_CYCLE,
          GENERATION_GONE,
          GRANT_INVALID,
          GRANT_EXPIRED,
          UNAUTHENTICATED,
          SESSION_UNKNOWN,
          SEQUENCE_STALE,
          LIMIT_EXCEEDED,
          UNSUPPORTED,
          CANCELLED,
          NOT_LEADER,
          OVERLOADED,
          DEADLINE_EXCEEDED,
          CHUNK_UNKNOWN,
          REPLICA_SHORT,
          CHECKSUM_MISMATCH,
          VOLUME_FENCED,
          CHUNK_UNREADABLE ->
          "";
    };
  }
}
