package io.shoal.cli;

/**
 * A command of {@code shoal}. Implementations carry JCommander's annotations:
 * {@code @Parameters(commandDescription)} and their options; a fresh object is made for each run.
 */
public interface Command {
  /** Returns the word by which it is called. */
  String name();

  /** Returns its arguments as the usage line shows them, such as {@code LOCAL... REMOTE}. */
  String arguments();

  /** Returns an example that works, with what it does behind a {@code #}. */
  String example();

  /**
   * Runs it.
   *
   * @throws CommandException to end with a message and an exit code
   * @throws InterruptedException if the main thread is interrupted
   */
  void run(CommandContext context) throws InterruptedException;
}
