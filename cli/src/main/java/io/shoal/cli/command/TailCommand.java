package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.AsyncFileReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints the end of a file. */
@Parameters(commandDescription = "print the end of a file")
final class TailCommand implements Command {
  private static final int PIECE_BYTES = 64 << 10;

  @Parameter(description = "REMOTE")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-n", "--lines"},
      description = "number of lines")
  private long lines = 10;

  @Parameter(
      names = {"-c", "--bytes"},
      description = "number of bytes instead, such as 512 or 64K")
  private @Nullable String bytes;

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "tail";
  }

  @Override
  public String arguments() {
    return "REMOTE";
  }

  @Override
  public String example() {
    return "shoal tail -c 1K /logs/a.log    # its last 1,024 bytes";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    String path = onlyPath(name(), arguments);
    AsyncFileReader reader = context.await(reading.of(context).open(path));
    long length = reader.status().length();
    long start =
        bytes != null
            ? Math.max(0, length - StorageOptions.bytes("--bytes", bytes))
            : startOfLastLines(context, reader, length, checkedLines(lines));
    RangeOutput.copy(context, reader, start, Long.MAX_VALUE);
    context.await(reader.close());
  }

  /** Returns the only argument, a path of the cluster. */
  static String onlyPath(String command, List<String> arguments) {
    if (arguments.size() != 1) {
      throw CommandException.usage(
          command + " takes exactly one path, " + arguments.size() + " were given");
    }
    return Remote.paths(arguments).get(0);
  }

  static long checkedLines(long lines) {
    if (lines < 0) {
      throw CommandException.usage("--lines " + lines + " (expected: 0 or more)");
    }
    return lines;
  }

  /** Looks for line ends from the end backwards. */
  private static long startOfLastLines(
      CommandContext context, AsyncFileReader reader, long length, long lines)
      throws InterruptedException {
    if (lines == 0) {
      return length;
    }
    long left = lines;
    long end = length;
    while (end > 0) {
      long start = Math.max(0, end - PIECE_BYTES);
      ByteBuffer piece = ByteBuffer.allocate((int) (end - start));
      context.await(reader.read(start, piece));
      for (int i = piece.capacity() - 1; i >= 0; i--) {
        // The line end that closes the file does not begin another line.
        if (piece.get(i) == '\n' && start + i < length - 1 && --left == 0) {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }
}
