package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ReadOperations;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Options of commands that only read: what they are sure to show. */
final class ReadOptions {
  @Parameter(
      names = "--consistency",
      description =
          "linearizable; lease (the same while clocks run); follower (the same from any metadata"
              + " server); stale (what any of them has, also when most are lost)")
  private String consistency = "linearizable";

  /** Returns the reads of the client as the options want them. */
  ReadOperations of(CommandContext context) {
    ReadConsistency chosen = parse();
    return context.client().reading(chosen);
  }

  private ReadConsistency parse() {
    try {
      return ReadConsistency.valueOf(consistency.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw CommandException.usage(
          "--consistency "
              + consistency
              + " (expected: "
              + Arrays.stream(ReadConsistency.values())
                  .map(value -> value.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(", "))
              + ")");
    }
  }
}
