package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Entries;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Adds up what lies below directories. */
@Parameters(commandDescription = "add up lengths of files, by directory")
final class DuCommand implements Command {
  @Parameter(description = "[REMOTE...]")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-s", "--summarize"},
      description = "only the total of each argument")
  private boolean summarize;

  @Parameter(
      names = {"-h", "--human"},
      description = "show sizes with units")
  private boolean human;

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "du";
  }

  @Override
  public String arguments() {
    return "[REMOTE...]   (default: /)";
  }

  @Override
  public String example() {
    return "shoal du -s -h /backup    # bytes in all, with their copies, files and directories";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<String> paths = arguments.isEmpty() ? List.of("/") : Remote.paths(arguments);
    for (String path : paths) {
      try {
        FileStatus status = context.await(reading.of(context).stat(path));
        Sum sum = status.isDirectory() ? walk(context, path) : new Sum().add(status);
        print(context, path, sum);
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
  }

  /**
   * Depth first: a directory's own sum is known when all below it are. Depth is bounded by the
   * length of a path.
   */
  private Sum walk(CommandContext context, String root) throws InterruptedException {
    List<Level> stack = new ArrayList<>();
    stack.add(new Level(root));
    while (true) {
      Level level = stack.get(stack.size() - 1);
      if (!level.listed) {
        list(context, level);
      }
      if (!level.below.isEmpty()) {
        stack.add(new Level(level.below.remove(level.below.size() - 1)));
        continue;
      }
      stack.remove(stack.size() - 1);
      if (stack.isEmpty()) {
        return level.sum;
      }
      if (!summarize) {
        print(context, level.path, level.sum);
      }
      stack.get(stack.size() - 1).sum.add(level.sum);
    }
  }

  private void list(CommandContext context, Level level) throws InterruptedException {
    level.listed = true;
    level.sum.directories++;
    try (Entries entries = new Entries(reading.of(context).list(level.path))) {
      for (DirectoryEntry entry = entries.next(); entry != null; entry = entries.next()) {
        if (entry.status().isDirectory()) {
          level.below.add(entry.status().path());
        } else {
          level.sum.add(entry.status());
        }
      }
    }
  }

  private void print(CommandContext context, String path, Sum sum) {
    if (context.json()) {
      context
          .output()
          .line(
              Json.object(
                  json -> {
                    json.writeStringField("path", path);
                    json.writeNumberField("length", sum.length);
                    json.writeNumberField("withCopies", sum.withCopies);
                    json.writeNumberField("files", sum.files);
                    json.writeNumberField("directories", sum.directories);
                  }));
      return;
    }
    String length = human ? Names.bytes(sum.length) : Long.toString(sum.length);
    String copies = human ? Names.bytes(sum.withCopies) : Long.toString(sum.withCopies);
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "%14s  %14s with copies  %8d files  %6d dirs  %s",
                length,
                copies,
                sum.files,
                sum.directories,
                Names.printable(path)));
  }

  /** A directory that is being added up. */
  private static final class Level {
    private final String path;
    private final Sum sum = new Sum();
    private final List<String> below = new ArrayList<>();
    private boolean listed;

    Level(String path) {
      this.path = path;
    }
  }

  private static final class Sum {
    private long length;
    private long withCopies;
    private long files;
    private long directories;

    Sum add(FileStatus file) {
      length += file.length();
      withCopies += file.length() * file.policy().replication();
      files++;
      return this;
    }

    void add(Sum other) {
      length += other.length;
      withCopies += other.withCopies;
      files += other.files;
      directories += other.directories;
    }
  }
}
