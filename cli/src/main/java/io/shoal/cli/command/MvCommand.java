package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.cli.RemotePath;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;

/** Renames within the cluster. */
@Parameters(commandDescription = "rename or move files and directories within the cluster")
final class MvCommand implements Command {
  @Parameter(description = "SOURCE... DESTINATION")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-f", "--force"},
      description = "replace a file by a file, or an empty directory by a directory")
  private boolean force;

  @Override
  public String name() {
    return "mv";
  }

  @Override
  public String arguments() {
    return "SOURCE... DESTINATION   (all remote)";
  }

  @Override
  public String example() {
    return "shoal mv /in/a.csv /in/b.csv /done/    # both into the directory /done";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage("mv needs at least two arguments: SOURCE... DESTINATION");
    }
    List<String> sources = Remote.paths(arguments.subList(0, arguments.size() - 1));
    Remote.Destination destination =
        Remote.destination(context, arguments.get(arguments.size() - 1), sources.size() > 1);
    for (String source : sources) {
      try {
        FileStatus moved =
            context.await(
                context.client().rename(source, destination.of(RemotePath.name(source)), force));
        if (context.json()) {
          context.output().line(Json.status(moved));
        }
      } catch (ShoalException e) {
        context.fail(e);
      }
    }
  }
}
