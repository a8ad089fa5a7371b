package io.shoal.cli;

import com.beust.jcommander.ParameterException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns an error of the client library into a line that says what was wrong and what to do. */
final class ErrorText {
  /** What JCommander says of a word that is no number. */
  private static final Pattern NO_NUMBER =
      Pattern.compile(
          "\"(?<option>-[^\"]*)\": couldn't convert \"(?<value>.*)\" to an? (?<type>\\w+)");

  private ErrorText() {}

  /**
   * Returns the line.
   *
   * @param options those of the command, by their long names: no other is recommended
   */
  static String of(ShoalException error, Set<String> options) {
    String subject = error.subject();
    String message = Names.printable(error.getMessage());
    String name = Names.printable(subject);
    String about = subject.isEmpty() || message.contains(name) ? "" : name + ": ";
    String hint = hint(error.code(), options);
    return about + message + (hint.isEmpty() ? "" : " (" + hint + ")");
  }

  /** JCommander's message, without its internals. */
  static String ofParser(ParameterException error) {
    String message = String.valueOf(error.getMessage());
    Matcher number = NO_NUMBER.matcher(message);
    if (number.find()) {
      return number.group("option")
          + " "
          + Names.printable(number.group("value"))
          + (number.group("type").equals("double")
              ? " (expected: a number)"
              : " (expected: a whole number)");
    }
    return message.contains("no main parameter was defined") ? "it takes no arguments" : message;
  }

  private static String hint(ErrorCode code, Set<String> options) {
    return switch (code) {
      case ALREADY_EXISTS ->
          options.contains("--force")
              ? "use -f to replace it"
              : options.contains("--parents") ? "use -p if it may exist already" : "";
      case UNAVAILABLE -> "is the cluster running? try: scripts/cluster status";
      case NOT_ENOUGH_NODES -> "see which nodes are alive with: shoal nodes";
      case OUT_OF_SPACE -> "see what is free with: shoal df";
      case STALE_GENERATION, FENCED -> "somebody else changed the file meanwhile";
      case OUTCOME_UNKNOWN -> "look whether it took effect before you try again";
      case INTERNAL -> "this is a defect of Shoal, please report it";
      case INVALID_ARGUMENT,
          NOT_FOUND,
          NOT_A_DIRECTORY,
          IS_A_DIRECTORY,
          NOT_EMPTY,
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
