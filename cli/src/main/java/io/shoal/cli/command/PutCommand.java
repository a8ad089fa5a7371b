package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Jobs;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.cli.ProgressReport;
import io.shoal.client.FileStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.PutOptions;
import io.shoal.common.error.ShoalException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Stores local files. */
@Parameters(commandDescription = "store local files or directories in the cluster")
final class PutCommand implements Command {
  @Parameter(description = "LOCAL... REMOTE")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-f", "--force"},
      description = "replace files that exist")
  private boolean force;

  @Parameter(
      names = {"-p", "--preserve"},
      description = "keep modification time and mode")
  private boolean preserve;

  @Parameter(
      names = {"-r", "--recursive"},
      description = "also directories, with all below them; symbolic links are followed")
  private boolean recursive;

  @Parameter(
      names = {"-q", "--quiet"},
      description = "show no progress")
  private boolean quiet;

  @Parameter(
      names = {"-j", "--jobs"},
      description = "files in flight with -r")
  private int jobs = Jobs.DEFAULT_LIMIT;

  /** The most copies that a stored file was to have. */
  private final AtomicInteger mostCopies = new AtomicInteger();

  @ParametersDelegate private final StorageOptions storage = new StorageOptions();

  @Override
  public String name() {
    return "put";
  }

  @Override
  public String arguments() {
    return "LOCAL... REMOTE   (LOCAL may be -, standard input)";
  }

  @Override
  public String example() {
    return "shoal put -r photos /backup    # makes /backup/photos if /backup is a directory, else"
        + " /backup";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage("put needs at least two arguments: LOCAL... REMOTE");
    }
    List<String> sources = arguments.subList(0, arguments.size() - 1);
    String last = arguments.get(arguments.size() - 1);
    checkSources(sources);
    PutOptions options =
        PutOptions.DEFAULT
            .withOverwrite(force)
            .withKeepAttributes(preserve)
            .withPolicy(storage.policy());
    Remote.Destination destination = Remote.destination(context, last, sources.size() > 1);
    if (sources.contains("-")) {
      putStandardInput(context, destination, options);
      tellOfFewNodes(context);
      return;
    }
    String task = sources.size() == 1 ? sources.get(0) : sources.size() + " sources";
    try (ProgressReport progress = new ProgressReport(task, !quiet && !context.json())) {
      PutOptions shown = options.withProgress(progress);
      Jobs running = new Jobs(context, jobs);
      TreeUpload tree =
          new TreeUpload(context, running, progress, shown, stored -> report(context, stored));
      for (String source : sources) {
        putOne(context, Path.of(source), destination, shown, running, progress, tree);
      }
      progress.allExpected();
      tree.finish();
    }
    tellOfFewNodes(context);
  }

  /** Files are stored as long as their least number of copies can be: say so if it was not all. */
  private void tellOfFewNodes(CommandContext context) throws InterruptedException {
    int wanted = mostCopies.get();
    if (wanted < 2) {
      return;
    }
    long alive;
    try {
      alive =
          context.await(context.client().nodes()).stream()
              .filter(node -> node.liveness() == Liveness.ALIVE)
              .count();
    } catch (ShoalException unknown) {
      // What was to be stored is stored: that nobody can tell more of it now is no failure.
      return;
    }
    if (alive < wanted) {
      context.warn(
          alive
              + (alive == 1 ? " storage node is alive" : " storage nodes are alive")
              + ", so chunks got fewer copies than the "
              + wanted
              + " that were wanted; see: shoal stat, shoal nodes");
    }
  }

  private void checkSources(List<String> sources) {
    if (sources.contains("-") && sources.size() > 1) {
      throw CommandException.usage("- (standard input) can't be put together with other sources");
    }
    for (String source : sources) {
      if (source.equals("-")) {
        continue;
      }
      Path path = local(source);
      if (!Files.exists(path)) {
        throw CommandException.local(source + ": no such local file");
      }
      if (Files.isDirectory(path) && !recursive) {
        throw CommandException.local(
            source + " is a directory (use -r to store it with all below it)");
      }
      if (!Files.isReadable(path)) {
        throw CommandException.local(source + ": no permission to read it");
      }
    }
  }

  static Path local(String argument) {
    try {
      return Path.of(argument);
    } catch (InvalidPathException e) {
      throw CommandException.usage("'" + argument + "' is no local path: " + e.getReason());
    }
  }

  private void putStandardInput(
      CommandContext context, Remote.Destination destination, PutOptions options)
      throws InterruptedException {
    if (destination.isDirectory()) {
      throw CommandException.usage(
          destination.path()
              + " is a directory (expected: the path of a file, for standard input has no name)");
    }
    try (ProgressReport progress = new ProgressReport("-", !quiet && !context.json())) {
      PutOptions stream = options.withKeepAttributes(false).withProgress(progress);
      StreamUpload upload =
          new StreamUpload(
              context, context.await(context.client().create(destination.path(), stream)));
      upload.copy(System.in, "standard input");
      report(context, upload.finish());
    }
  }

  private void putOne(
      CommandContext context,
      Path source,
      Remote.Destination destination,
      PutOptions options,
      Jobs running,
      ProgressReport progress,
      TreeUpload tree)
      throws InterruptedException {
    String target = destination.of(nameOf(source));
    if (Files.isDirectory(source)) {
      tree.upload(source, target);
      return;
    }
    if (!Files.isRegularFile(source)) {
      context.fail(ExitCode.LOCAL, source + ": not a regular file (use - to store a stream)");
      return;
    }
    progress.expect(source.toFile().length());
    running.start(
        () -> context.client().put(source, target, options),
        (stored, failure) -> {
          progress.fileEnded();
          if (failure == null) {
            report(context, stored);
          }
        });
  }

  private static String nameOf(Path source) {
    Path name = source.toAbsolutePath().normalize().getFileName();
    if (name != null && !Names.isDecoded(name.toString())) {
      throw CommandException.local(
          Names.printable(source.toString())
              + ": the name can't be decoded (expected: UTF-8, or the path of a file to store it as)");
    }
    return name == null ? "root" : name.toString();
  }

  private void report(CommandContext context, FileStatus stored) {
    if (stored.length() > 0) {
      mostCopies.accumulateAndGet(stored.policy().replication(), Math::max);
    }
    if (context.json()) {
      synchronized (context) {
        context.output().line(Json.status(stored));
      }
    }
  }
}
