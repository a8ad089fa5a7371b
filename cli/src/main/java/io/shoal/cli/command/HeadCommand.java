package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.client.AsyncFileReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints the beginning of a file. */
@Parameters(commandDescription = "print the beginning of a file")
final class HeadCommand implements Command {
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
    return "head";
  }

  @Override
  public String arguments() {
    return "REMOTE";
  }

  @Override
  public String example() {
    return "shoal head -n 3 /logs/a.log    # its first three lines";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    String path = TailCommand.onlyPath(name(), arguments);
    if (bytes != null) {
      RangeOutput.copy(
          context, reading.of(context), path, 0, StorageOptions.bytes("--bytes", bytes));
      return;
    }
    AsyncFileReader reader = context.await(reading.of(context).open(path));
    long left = TailCommand.checkedLines(lines);
    long position = 0;
    // Small positioned reads: a beginning is short, and read-ahead would fetch what nobody wants.
    while (left > 0) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      int length = context.await(reader.read(position, piece));
      if (length <= 0) {
        break;
      }
      piece.flip();
      int end = 0;
      while (end < length && left > 0) {
        if (piece.get(end++) == '\n') {
          left--;
        }
      }
      context.output().bytes(piece.limit(end));
      position += length;
    }
    context.await(reader.close());
  }
}
