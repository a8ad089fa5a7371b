package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Jobs;
import io.shoal.cli.ProgressReport;
import io.shoal.cli.RemotePath;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.common.error.ShoalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Fetches files. */
@Parameters(commandDescription = "fetch files or directories from the cluster")
final class GetCommand implements Command {
  @Parameter(description = "REMOTE... LOCAL")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-f", "--force"},
      description = "replace local files that exist")
  private boolean force;

  @Parameter(
      names = {"-p", "--preserve"},
      description = "keep modification time and mode")
  private boolean preserve;

  @Parameter(
      names = {"-r", "--recursive"},
      description = "also directories, with all below them")
  private boolean recursive;

  @Parameter(
      names = {"-q", "--quiet"},
      description = "show no progress")
  private boolean quiet;

  @Parameter(
      names = {"-j", "--jobs"},
      description = "files in flight with -r")
  private int jobs = Jobs.DEFAULT_LIMIT;

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "get";
  }

  @Override
  public String arguments() {
    return "REMOTE... LOCAL   (LOCAL may be -, standard output)";
  }

  @Override
  public String example() {
    return "shoal get -p /reports/2026.pdf .    # keeps its modification time and mode";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage("get needs at least two arguments: REMOTE... LOCAL");
    }
    List<String> sources = Remote.paths(arguments.subList(0, arguments.size() - 1));
    String last = arguments.get(arguments.size() - 1);
    if (last.equals("-")) {
      for (String source : sources) {
        RangeOutput.copy(context, reading.of(context), source, 0, Long.MAX_VALUE);
      }
      return;
    }
    Path target = PutCommand.local(last);
    boolean into = Files.isDirectory(target);
    if (!into && (sources.size() > 1 || last.endsWith("/"))) {
      throw CommandException.local(last + ": no such local directory");
    }
    checkTarget(target, into);
    GetOptions options = GetOptions.DEFAULT.withOverwrite(force).withKeepAttributes(preserve);
    String task = sources.size() == 1 ? sources.get(0) : sources.size() + " sources";
    try (ProgressReport progress = new ProgressReport(task, !quiet && !context.json())) {
      TreeDownload download =
          new TreeDownload(
              context,
              reading.of(context),
              new Jobs(context, jobs),
              progress,
              options.withProgress(progress));
      for (String source : sources) {
        try {
          FileStatus status = context.await(reading.of(context).stat(source));
          Path local =
              into && !source.equals("/") ? target.resolve(RemotePath.name(source)) : target;
          getOne(status, local, download);
        } catch (ShoalException e) {
          context.fail(e);
        }
      }
      progress.allExpected();
      download.finish();
    }
  }

  private static void checkTarget(Path target, boolean into) {
    Path directory = into ? target : target.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      throw CommandException.local(directory + ": no such local directory");
    }
    if (directory != null && !Files.isWritable(directory)) {
      throw CommandException.local(directory + ": no permission to write there");
    }
  }

  private void getOne(FileStatus source, Path target, TreeDownload download)
      throws InterruptedException {
    if (!source.isDirectory()) {
      download.fetch(source, target);
    } else if (recursive) {
      download.download(source, target);
    } else {
      throw Remote.isDirectory(source.path(), "fetch");
    }
  }
}
