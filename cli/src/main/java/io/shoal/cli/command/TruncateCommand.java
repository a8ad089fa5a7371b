package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes files shorter. */
@Parameters(commandDescription = "make files in the cluster shorter; moves no byte")
final class TruncateCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-s", "--size"},
      description = "the new length, such as 0, 4096, 64K or 1G; at most what a file has")
  private @Nullable String size;

  @Override
  public String name() {
    return "truncate";
  }

  @Override
  public String arguments() {
    return "-s SIZE REMOTE...";
  }

  @Override
  public String example() {
    return "shoal truncate -s 10M /logs/today    # whoever was writing it can't go on";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (size == null) {
      throw CommandException.usage("truncate needs -s SIZE, the new length");
    }
    long length = StorageOptions.bytes("--size", size);
    for (String path : Remote.paths(arguments)) {
      try {
        FileStatus shorter = context.await(context.client().truncate(path, length));
        if (context.json()) {
          context.output().line(Json.status(shorter));
        }
      } catch (ShoalException e) {
        context.fail(e);
      }
    }
  }
}
