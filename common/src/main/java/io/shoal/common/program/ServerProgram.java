package io.shoal.common.program;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.program.ServerArguments.Action;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one server as a process.
 *
 * @param <S> the server's settings
 *     <p>Exit codes: 0 for what was only printed; 1 if the server could not start or go on; 2 if
 *     the command line or the configuration is wrong; 70 after a defect; 143 after it was asked to
 *     end by SIGTERM and did, as the JVM has it.
 */
public final class ServerProgram<S> {
  /** The server could not start or go on. */
  public static final int EXIT_FAILED = 1;

  /** The command line or the configuration is wrong. */
  public static final int EXIT_USAGE = 2;

  /** A defect. */
  public static final int EXIT_DEFECT = 70;

  /** Starts a server. */
  public interface Starter<S> {
    /**
     * Starts it without waiting until it serves.
     *
     * @param reread reads the settings again as they are now; blocks, and throws {@link
     *     ShoalException} if they are wrong
     * @throws ShoalException if it can't be started
     */
    RunningServer start(S settings, Supplier<S> reread);
  }

  private static final Logger LOG = LoggerFactory.getLogger(ServerProgram.class);

  private final String name;
  private final String version;
  private final ConfigSchema schema;
  private final Function<Config, S> reader;
  private final Starter<S> starter;

  /** What prepares the place of a server, by the action that asks for it. */
  private final Map<Action, BiConsumer<S, ServerArguments>> preparations;

  /**
   * Makes a program.
   *
   * @param name of the command, for messages
   * @param version of the software
   * @param reader makes settings of the configuration; throws {@link IllegalArgumentException} or
   *     {@link ShoalException} if they don't go together
   * @param starter starts the server
   */
  public ServerProgram(
      String name,
      String version,
      ConfigSchema schema,
      Function<Config, S> reader,
      Starter<S> starter) {
    this(name, version, schema, reader, starter, Map.of());
  }

  private ServerProgram(
      String name,
      String version,
      ConfigSchema schema,
      Function<Config, S> reader,
      Starter<S> starter,
      Map<Action, BiConsumer<S, ServerArguments>> preparations) {
    this.name = name;
    this.version = version;
    this.schema = schema;
    this.reader = reader;
    this.starter = starter;
    this.preparations = Map.copyOf(preparations);
  }

  /**
   * Returns the program with {@code --format} as a further action.
   *
   * @param format prepares the place of a new server; throws {@link ShoalException} if it can't
   */
  public ServerProgram<S> withFormat(Consumer<S> format) {
    return with(Action.FORMAT, (settings, arguments) -> format.accept(settings));
  }

  /**
   * Returns the program with {@code --join} as a further action.
   *
   * @param join prepares the place of a server that is added to others; throws {@link
   *     ShoalException} if it can't
   */
  public ServerProgram<S> withJoin(Consumer<S> join) {
    return with(Action.JOIN, (settings, arguments) -> join.accept(settings));
  }

  /**
   * Returns the program with {@code --restore} as a further action.
   *
   * @param restore prepares the place of a server that begins with a backup, which it is given;
   *     throws {@link ShoalException} if it can't
   */
  public ServerProgram<S> withRestore(BiConsumer<S, Path> restore) {
    return with(
        Action.RESTORE,
        (settings, arguments) -> restore.accept(settings, arguments.backup().orElseThrow()));
  }

  private ServerProgram<S> with(Action action, BiConsumer<S, ServerArguments> preparation) {
    Map<Action, BiConsumer<S, ServerArguments>> all = new EnumMap<>(Action.class);
    all.putAll(preparations);
    all.put(action, preparation);
    return new ServerProgram<>(name, version, schema, reader, starter, all);
  }

  /** Returns the version in the manifest of a program's jar; "development" outside a jar. */
  public static String versionOf(Class<?> program) {
    String version = program.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Does what the command line says. Returns when that is done; if a server was started, only when
   * it failed, since otherwise the process ends by a signal.
   *
   * @return the exit code
   */
  public int run(String[] args, PrintStream out, PrintStream err) {
    try {
      ServerArguments arguments = ServerArguments.parse(List.of(args));
      return switch (arguments.action()) {
        case PRINT_HELP -> print(out, help() + "\n");
        case PRINT_VERSION -> print(out, name + " " + version + "\n");
        case PRINT_TEMPLATE -> print(out, schema.template());
        case CHECK -> {
          var unused = reader.apply(load(arguments));
          yield 0;
        }
        case FORMAT, JOIN, RESTORE -> prepare(arguments);
        case RUN -> serve(arguments, err);
      };
    } catch (ShoalException | IllegalArgumentException wrong) {
      return tell(err, wrong, EXIT_USAGE);
    }
  }

  private int prepare(ServerArguments arguments) {
    BiConsumer<S, ServerArguments> preparation = preparations.get(arguments.action());
    if (preparation == null) {
      throw new IllegalArgumentException(
          "--" + arguments.action().name().toLowerCase(Locale.ROOT) + ": a " + name + " has none");
    }
    preparation.accept(reader.apply(load(arguments)), arguments);
    return 0;
  }

  private Config load(ServerArguments arguments) {
    return Config.load(schema, arguments.file(), arguments.overrides());
  }

  private static int print(PrintStream out, String text) {
    out.print(text);
    out.flush();
    return 0;
  }

  private int serve(ServerArguments arguments, PrintStream err) {
    Config config = load(arguments);
    LOG.info("{} {} starts", name, version);
    config.describeChanges().forEach(line -> LOG.info("  {}", line));
    RunningServer server;
    try {
      server = starter.start(reader.apply(config), () -> reader.apply(load(arguments)));
    } catch (ShoalException refused) {
      return fail(err, refused, isConfiguration(refused) ? EXIT_USAGE : EXIT_FAILED);
    } catch (RuntimeException defect) {
      LOG.error("{} could not start", name, defect);
      return fail(err, defect, EXIT_DEFECT);
    }
    Thread hook = new Thread(() -> stop(server), "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    LOG.info("memory: {}", MemoryBound.ofThisProcess(server.nativeMemoryBytes()));
    return waitFor(server, err);
  }

  private void stop(RunningServer server) {
    LOG.info("{} ends", name);
    server.close();
    LOG.info("{} has ended", name);
  }

  /**
   * Waits until the server fails; a signal ends the process meanwhile, through the shutdown hook.
   */
  private int waitFor(RunningServer server, PrintStream err) {
    try {
      server.serving().get();
      LOG.info("{} serves", name);
      Thread.currentThread().join();
      return 0;
    } catch (ExecutionException e) {
      ShoalException failure = ShoalException.of(e);
      return fail(err, failure, failure.code() == ErrorCode.INTERNAL ? EXIT_DEFECT : EXIT_FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return EXIT_FAILED;
    }
  }

  private int fail(PrintStream err, RuntimeException problem, int exitCode) {
    LOG.error("{} failed: {}", name, problem.toString());
    return tell(err, problem, exitCode);
  }

  private int tell(PrintStream err, RuntimeException problem, int exitCode) {
    String text =
        problem instanceof ShoalException known && !isConfiguration(known)
            ? known.toString()
            : String.valueOf(problem.getMessage());
    text.lines().forEach(line -> err.println(name + ": " + line));
    return exitCode;
  }

  private static boolean isConfiguration(ShoalException problem) {
    return problem.subject().equals("configuration");
  }

  private String help() {
    return """
    Usage: %s [--conf FILE] [--set KEY=VALUE]...

      --conf FILE       read settings from FILE
      --set KEY=VALUE   set one, whatever the file says; may be repeated
      --check           tell what is wrong with the settings, and end
      --print-config    print a configuration file with every key, its meaning and default
    %s\
      --version         print the version
      --help            print this

    Ends after SIGTERM or ctrl-C, when what is under way has finished or its time is over.
    Exit codes: 0 printed what was asked, 1 could not start or go on, 2 wrong command line or configuration,
    70 defect, 143 ended by SIGTERM.\
    """
        .formatted(
            name,
            preparations.isEmpty()
                ? ""
                : """
                  --format          make the data directory of a server of a new cluster, and end
                  --join            make that of a server that is to be added to others, and end
                  --restore BACKUP  make that of a server that begins with a backup, alone, and end
                """);
  }
}
