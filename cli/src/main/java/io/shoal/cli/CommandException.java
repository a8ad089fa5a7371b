package io.shoal.cli;

import java.util.Objects;

/** Ends a command with a message for the user and an exit code. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  /** Makes one; the message says what was wrong and what to do. */
  public CommandException(ExitCode exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** Returns the message; never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** Returns the code that the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** Returns a failure that is the caller's: the command line is wrong. */
  public static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  /** Returns a failure to read or write a local file. */
  public static CommandException local(String message) {
    return new CommandException(ExitCode.LOCAL, message);
  }
}
