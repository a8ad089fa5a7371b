package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.AttributeChange;
import io.shoal.client.PutOptions;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sets modification times, and makes empty files. */
@Parameters(
    commandDescription = "set the modification time; make an empty file where there is none")
final class TouchCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-d", "--date"},
      description = "time instead of now: 2026-11-22T10:15:30 (local) or with Z")
  private @Nullable String date;

  @Parameter(
      names = {"-c", "--no-create"},
      description = "make no file")
  private boolean noCreate;

  @Override
  public String name() {
    return "touch";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal touch /done/_SUCCESS    # an empty file, or one with a new time";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    Instant time = date == null ? Instant.now() : parse(date);
    AttributeChange change = AttributeChange.NONE.withModifiedAt(time);
    for (String path : Remote.paths(arguments)) {
      try {
        touch(context, path, change);
      } catch (ShoalException e) {
        context.fail(e);
      }
    }
  }

  private void touch(CommandContext context, String path, AttributeChange change)
      throws InterruptedException {
    if (!noCreate && Remote.lookUp(context, path).isEmpty()) {
      try {
        context.await(
            context
                .client()
                .put(ByteBuffer.allocate(0), path, PutOptions.DEFAULT.withAttributes(change)));
        return;
      } catch (ShoalException e) {
        if (e.code() != ErrorCode.ALREADY_EXISTS) {
          throw e;
        }
        // Somebody made it meanwhile: set its time.
      }
    }
    try {
      context.await(context.client().setAttributes(path, change));
    } catch (ShoalException e) {
      if (!noCreate || e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
  }

  private static Instant parse(String text) {
    try {
      return text.endsWith("Z")
          ? Instant.parse(text)
          : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeParseException e) {
      throw CommandException.usage(
          "--date "
              + text
              + " (expected: a time such as 2026-11-22T10:15:30, or 2026-11-22T10:15:30Z)");
    }
  }
}
