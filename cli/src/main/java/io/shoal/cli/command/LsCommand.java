package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Entries;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Lists directories. Prints as pages arrive: a directory of any size takes the same memory. */
@Parameters(commandDescription = "list directories and files")
final class LsCommand implements Command {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Parameter(description = "[REMOTE...]")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-l", "--long"},
      description = "show mode, copies, owner, group, length and time")
  private boolean detailed;

  @Parameter(
      names = {"-R", "--recursive"},
      description = "also list directories below")
  private boolean recursive;

  @Parameter(
      names = {"-h", "--human"},
      description = "show lengths with units")
  private boolean human;

  @Parameter(
      names = {"-d", "--directory"},
      description = "show directories themselves, not their entries")
  private boolean directoryItself;

  @Parameter(
      names = {"-F", "--classify"},
      description = "put a / behind the names of directories")
  private boolean classify;

  @Parameter(
      names = {"-0", "--null"},
      description = "print names as they are, each ended by a NUL, for xargs -0")
  private boolean endedByNul;

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String arguments() {
    return "[REMOTE...]   (default: /)";
  }

  @Override
  public String example() {
    return "shoal ls -l -h /reports    # with lengths such as 1.5 MiB";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<String> paths = arguments.isEmpty() ? List.of("/") : Remote.paths(arguments);
    if (endedByNul && (context.json() || detailed || recursive)) {
      throw CommandException.usage("-0 prints names only (expected: without -l, -R and --json)");
    }
    boolean titles = !endedByNul && (paths.size() > 1 || recursive);
    boolean first = true;
    for (String path : paths) {
      try {
        FileStatus status = context.await(reading.of(context).stat(path));
        if (status.isDirectory() && !directoryItself) {
          listTree(context, path, titles, first);
        } else {
          print(context, status, path);
        }
        first = false;
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
  }

  private void listTree(CommandContext context, String root, boolean titles, boolean first)
      throws InterruptedException {
    Deque<String> open = new ArrayDeque<>();
    open.push(root);
    boolean separate = !first;
    while (!open.isEmpty()) {
      String directory = open.pop();
      if (titles && !context.json()) {
        context.output().line((separate ? "\n" : "") + Names.printable(directory) + ":");
        separate = true;
      }
      List<String> below = listOne(context, directory);
      for (int i = below.size() - 1; i >= 0; i--) {
        open.push(below.get(i));
      }
    }
  }

  private List<String> listOne(CommandContext context, String directory)
      throws InterruptedException {
    List<String> below = new ArrayList<>();
    try (Entries entries = new Entries(reading.of(context).list(directory))) {
      for (DirectoryEntry entry = entries.next(); entry != null; entry = entries.next()) {
        print(context, entry.status(), entry.name());
        if (recursive && entry.status().isDirectory()) {
          below.add(entry.status().path());
        }
      }
    }
    return below;
  }

  private void print(CommandContext context, FileStatus status, String name) {
    if (context.json()) {
      context.output().line(Json.status(status));
      return;
    }
    if (endedByNul) {
      context.output().endedByNul(name);
      return;
    }
    String shown =
        Names.printable(name) + (classify && status.isDirectory() && !name.equals("/") ? "/" : "");
    if (!detailed) {
      context.output().line(shown);
      return;
    }
    String length = human ? Names.bytes(status.length()) : Long.toString(status.length());
    String copies = status.isDirectory() ? "-" : Integer.toString(status.policy().replication());
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "%s %2s %-8s %-8s %12s %s %s",
                Names.mode(status.isDirectory(), status.mode()),
                copies,
                Names.owner(status.owner()),
                Names.owner(status.group()),
                length,
                TIME.format(status.modifiedAt()),
                shown));
  }
}
