package io.shoal.cli;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.ParameterException;
import io.shoal.cli.command.Commands;
import io.shoal.common.error.ShoalException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.LogManager;
import java.util.stream.Collectors;

/**
 * The {@code shoal} command: finds the command, parses its arguments, runs it and ends with its
 * exit code.
 */
public final class ShoalMain {
  private static final String PROGRAM = "shoal";

  private final Map<String, String> environment;
  private final OutputStream out;
  private final PrintStream err;
  private final boolean stdoutIsTerminal;

  /**
   * Makes the command line for one run.
   *
   * @param environment of the process
   * @param out where results go
   * @param err where messages go
   * @param stdoutIsTerminal whether a person looks at the results
   */
  public ShoalMain(
      Map<String, String> environment,
      OutputStream out,
      PrintStream err,
      boolean stdoutIsTerminal) {
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.stdoutIsTerminal = stdoutIsTerminal;
  }

  /** Runs a command and ends the process. */
  public static void main(String[] arguments) {
    PrintStream messages =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    ShoalMain main =
        new ShoalMain(
            System.getenv(),
            new FileOutputStream(FileDescriptor.out),
            messages,
            Boolean.getBoolean("shoal.stdout.terminal"));
    // gRPC logs through the JDK; a command tells what went wrong in messages of its own.
    LogManager.getLogManager().reset();
    ExitCode code = main.run(List.of(arguments));
    if (Boolean.getBoolean("shoal.archive")) {
      // The JVM leaves an archive of the classes that were loaded: other commands want theirs in
      // it, too.
      Commands.all()
          .forEach(command -> Help.of(command, Help.parser(command, new CommonOptions())));
    }
    Runtime.getRuntime().halt(code.number());
  }

  /** Tells whether a person looks at standard error; the launcher knows. */
  static boolean stderrIsTerminal() {
    return Boolean.getBoolean("shoal.stderr.terminal");
  }

  /**
   * Runs a command.
   *
   * @return how it ended
   */
  public ExitCode run(List<String> arguments) {
    Output output = new Output(out, stdoutIsTerminal);
    try {
      return run(CommandLine.parse(arguments), output);
    } catch (CommandException e) {
      err.println(PROGRAM + ": " + e.getMessage());
      return e.exitCode();
    } catch (Output.BrokenOutput e) {
      return broken(e);
    }
  }

  private ExitCode run(CommandLine line, Output output) {
    if (line.commandName().isEmpty()) {
      output.line(Help.overview());
      output.flush();
      return line.helpWanted() ? ExitCode.OK : ExitCode.USAGE;
    }
    Optional<Command> found = Commands.find(line.commandName());
    if (found.isEmpty()) {
      throw CommandException.usage(
          "'" + Names.printable(line.commandName()) + "' is no command; see: shoal --help");
    }
    Command command = found.get();
    CommonOptions options = new CommonOptions();
    JCommander parser = Help.parser(command, options);
    try {
      parser.parse(
          new OptionWords(command.name(), parser)
              .normalise(line.arguments())
              .toArray(String[]::new));
    } catch (ParameterException e) {
      throw CommandException.usage(
          command.name()
              + ": "
              + ErrorText.ofParser(e)
              + "; see: shoal "
              + command.name()
              + " --help");
    }
    if (options.help) {
      output.line(Help.of(command, parser));
      output.flush();
      return ExitCode.OK;
    }
    Set<String> names =
        Help.options(parser).stream()
            .map(ParameterDescription::getLongestName)
            .collect(Collectors.toUnmodifiableSet());
    return execute(command, options, names, output);
  }

  private ExitCode execute(
      Command command, CommonOptions options, Set<String> optionNames, Output output) {
    CommandContext context =
        new CommandContext(
            PROGRAM + " " + command.name(), options, optionNames, environment, output, err);
    Thread closer = new Thread(context::interrupt, "shoal-interrupted");
    Runtime.getRuntime().addShutdownHook(closer);
    try {
      command.run(context);
      output.flush();
    } catch (CommandException e) {
      context.fail(e.exitCode(), e.getMessage());
    } catch (ShoalException e) {
      context.fail(e);
    } catch (Output.BrokenOutput e) {
      return broken(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    } finally {
      context.close();
      removeHook(closer);
    }
    flushQuietly(output);
    return context.exitCode();
  }

  private static void removeHook(Thread closer) {
    try {
      Runtime.getRuntime().removeShutdownHook(closer);
    } catch (IllegalStateException e) {
      // The process is being interrupted: the hook runs and finds the context closed.
      Thread.currentThread().interrupt();
    }
  }

  /** After a failure: what was printed before it still counts. */
  private void flushQuietly(Output output) {
    try {
      output.flush();
    } catch (Output.BrokenOutput e) {
      broken(e);
    }
  }

  private ExitCode broken(Output.BrokenOutput e) {
    if (!e.readerGone()) {
      err.println(PROGRAM + ": cannot write the output: " + e.getCause());
    }
    return ExitCode.LOCAL;
  }
}
