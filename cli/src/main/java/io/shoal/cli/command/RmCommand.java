package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;

/** Deletes files and directories. */
@Parameters(commandDescription = "delete files, or directories with -r")
final class RmCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-r", "--recursive"},
      description = "also directories, with all below them")
  private boolean recursive;

  @Parameter(
      names = {"-f", "--force"},
      description = "a path that does not exist is no error")
  private boolean force;

  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal rm -r /backup/2025    # at once, however much lies below";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<String> paths = Remote.paths(arguments);
    if (paths.contains("/")) {
      throw CommandException.usage("the root can't be deleted; name what lies in it");
    }
    for (String path : paths) {
      try {
        if (!recursive && context.await(context.client().stat(path)).isDirectory()) {
          throw Remote.isDirectory(path, "delete");
        }
        context.await(context.client().delete(path, recursive));
        if (context.json()) {
          context.output().line(document(path));
        }
      } catch (ShoalException e) {
        if (!force || e.code() != ErrorCode.NOT_FOUND) {
          context.fail(e);
        }
      }
    }
  }

  private static String document(String path) {
    return Json.object(
        json -> {
          json.writeStringField("path", path);
          json.writeBooleanField("deleted", true);
        });
  }
}
