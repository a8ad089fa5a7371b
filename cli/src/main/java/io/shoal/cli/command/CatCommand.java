package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;

/** Prints files. */
@Parameters(commandDescription = "print files, one after another")
final class CatCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "cat";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal cat /logs/a.log /logs/b.log | grep ERROR    # both files as one stream";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    for (String path : Remote.paths(arguments)) {
      try {
        RangeOutput.copy(context, reading.of(context), path, 0, Long.MAX_VALUE);
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
  }
}
