package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Entries;
import io.shoal.cli.Jobs;
import io.shoal.cli.Json;
import io.shoal.cli.RemotePath;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Copies within the cluster, without moving bytes. */
@Parameters(commandDescription = "copy files and directories within the cluster; no byte moves")
final class CpCommand implements Command {
  private record Pair(String source, String destination) {}

  @Parameter(description = "SOURCE... DESTINATION")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-f", "--force"},
      description = "replace files that exist")
  private boolean force;

  @Parameter(
      names = {"-r", "--recursive"},
      description = "also directories, with all below them")
  private boolean recursive;

  @Parameter(
      names = {"-j", "--jobs"},
      description = "files in flight with -r")
  private int jobs = Jobs.DEFAULT_LIMIT;

  @Override
  public String name() {
    return "cp";
  }

  @Override
  public String arguments() {
    return "SOURCE... DESTINATION   (all remote)";
  }

  @Override
  public String example() {
    return "shoal cp -r /data /data-before-upgrade    # shares the chunks until one side changes";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage("cp needs at least two arguments: SOURCE... DESTINATION");
    }
    List<String> sources = Remote.paths(arguments.subList(0, arguments.size() - 1));
    Remote.Destination destination =
        Remote.destination(context, arguments.get(arguments.size() - 1), sources.size() > 1);
    Jobs running = new Jobs(context, jobs);
    for (String source : sources) {
      try {
        FileStatus status = context.await(context.client().stat(source));
        String target = destination.of(RemotePath.name(source));
        if (status.isDirectory()) {
          copyTree(context, running, source, target);
        } else {
          copyFile(context, running, source, target);
        }
      } catch (ShoalException e) {
        context.fail(e);
      }
    }
    running.finish();
  }

  private void copyFile(CommandContext context, Jobs running, String source, String target)
      throws InterruptedException {
    running.start(
        () -> context.client().copy(source, target, PutOptions.DEFAULT.withOverwrite(force)),
        (copied, failure) -> {
          if (failure == null && context.json()) {
            synchronized (context) {
              context.output().line(Json.status(copied));
            }
          }
        });
  }

  private void copyTree(CommandContext context, Jobs running, String source, String target)
      throws InterruptedException {
    if (!recursive) {
      throw Remote.isDirectory(source, "copy");
    }
    if (target.equals(source) || target.startsWith(source.equals("/") ? "/" : source + "/")) {
      throw new ShoalException(
          ErrorCode.WOULD_CYCLE, target, "cannot copy " + source + " into itself, to " + target);
    }
    Deque<Pair> open = new ArrayDeque<>();
    open.push(new Pair(source, target));
    while (!open.isEmpty()) {
      Pair directory = open.pop();
      context.await(context.client().mkdir(directory.destination, true));
      try (Entries entries = new Entries(context.client().list(directory.source))) {
        for (DirectoryEntry entry = entries.next(); entry != null; entry = entries.next()) {
          String path = RemotePath.child(directory.destination, entry.name());
          if (entry.status().isDirectory()) {
            open.push(new Pair(entry.status().path(), path));
          } else {
            copyFile(context, running, entry.status().path(), path);
          }
        }
      }
    }
  }
}
