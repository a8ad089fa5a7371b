package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Entries;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Jobs;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.cli.ProgressReport;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.client.ReadOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;

/** Fetches a directory with all below it. What can't be fetched is reported and left out. */
final class TreeDownload {
  private record Pair(FileStatus source, Path target) {}

  private final CommandContext context;
  private final ReadOperations reading;
  private final Jobs running;
  private final ProgressReport progress;
  private final GetOptions options;
  private final Deque<Pair> made = new ArrayDeque<>();

  TreeDownload(
      CommandContext context,
      ReadOperations reading,
      Jobs running,
      ProgressReport progress,
      GetOptions options) {
    this.context = context;
    this.reading = reading;
    this.running = running;
    this.progress = progress;
    this.options = options;
  }

  /** Starts to fetch everything below a directory. */
  void download(FileStatus root, Path target) throws InterruptedException {
    Deque<Pair> open = new ArrayDeque<>();
    open.push(new Pair(root, target));
    while (!open.isEmpty()) {
      Pair directory = open.pop();
      makeDirectory(directory.target);
      made.push(directory);
      try (Entries entries = new Entries(reading.list(directory.source.path()))) {
        for (DirectoryEntry entry = entries.next(); entry != null; entry = entries.next()) {
          visit(entry, directory.target, open);
        }
      }
    }
  }

  /** Waits for all that was started, and gives directories their times where that is wanted. */
  void finish() throws InterruptedException {
    running.finish();
    if (options.keepAttributes()) {
      made.forEach(this::keepAttributes);
    }
  }

  /** Starts to fetch a file. */
  void fetch(FileStatus source, Path target) throws InterruptedException {
    progress.expect(source.length());
    running.start(
        () -> reading.get(source.path(), target, options),
        (fetched, failure) -> {
          progress.fileEnded();
          if (failure == null && context.json()) {
            synchronized (context) {
              context.output().line(Json.status(fetched));
            }
          }
        });
  }

  private void visit(DirectoryEntry entry, Path directory, Deque<Pair> open)
      throws InterruptedException {
    Path target;
    try {
      target = directory.resolve(entry.name());
    } catch (InvalidPathException e) {
      context.fail(
          ExitCode.LOCAL,
          Names.printable(entry.status().path()) + ": no local name: " + e.getReason());
      return;
    }
    if (entry.status().isDirectory()) {
      open.push(new Pair(entry.status(), target));
      return;
    }
    fetch(entry.status(), target);
  }

  private static void makeDirectory(Path target) {
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw CommandException.local(target + ": cannot make the directory: " + e.getMessage());
    }
  }

  private void keepAttributes(Pair directory) {
    try {
      Files.setPosixFilePermissions(
          directory.target, PosixMode.permissions(directory.source.mode()));
      Files.setLastModifiedTime(directory.target, FileTime.from(directory.source.modifiedAt()));
    } catch (IOException e) {
      context.fail(
          ExitCode.LOCAL, directory.target + ": cannot set time and mode: " + e.getMessage());
    }
  }
}
