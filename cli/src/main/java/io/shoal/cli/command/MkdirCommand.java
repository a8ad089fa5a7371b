package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;

/** Makes directories. */
@Parameters(commandDescription = "make directories")
final class MkdirCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-p", "--parents"},
      description = "also missing parents; one that exists is no error")
  private boolean parents;

  @Override
  public String name() {
    return "mkdir";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal mkdir -p /backup/2026/11    # with /backup and /backup/2026";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    for (String path : Remote.paths(arguments)) {
      try {
        FileStatus made = context.await(context.client().mkdir(path, parents));
        if (context.json()) {
          context.output().line(Json.status(made));
        }
      } catch (ShoalException e) {
        context.fail(e);
      }
    }
  }
}
