package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Jobs;
import io.shoal.cli.Names;
import io.shoal.cli.ProgressReport;
import io.shoal.cli.RemotePath;
import io.shoal.client.AttributeChange;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stores a local directory with all below it. Symbolic links are followed, loops and unreadable
 * entries are reported and left out. The times of directories are set at the end, since every new
 * entry changes them.
 */
final class TreeUpload {
  private record DirectoryTimes(String target, BasicFileAttributes attributes, int mode) {}

  private final CommandContext context;
  private final Jobs running;
  private final ProgressReport progress;
  private final PutOptions options;
  private final Consumer<FileStatus> stored;
  private final Deque<DirectoryTimes> directories = new ArrayDeque<>();

  /**
   * Makes one for any number of directories.
   *
   * @param stored hears of each file that was stored, on a thread of the client's
   */
  TreeUpload(
      CommandContext context,
      Jobs running,
      ProgressReport progress,
      PutOptions options,
      Consumer<FileStatus> stored) {
    this.context = context;
    this.running = running;
    this.progress = progress;
    this.options = options;
    this.stored = stored;
  }

  /** Starts to store everything below a directory. */
  void upload(Path root, String target) throws InterruptedException {
    try {
      Files.walkFileTree(
          root,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new Visitor(root, target));
    } catch (IOException e) {
      throw CommandException.local(root + ": " + reason(e));
    } catch (Interrupted e) {
      throw e.original;
    }
  }

  /** Waits for all that was started, and gives directories their times where that is wanted. */
  void finish() throws InterruptedException {
    running.finish();
    for (DirectoryTimes directory : directories) {
      AttributeChange change =
          AttributeChange.NONE
              .withModifiedAt(directory.attributes.lastModifiedTime().toInstant())
              .withMode(directory.mode);
      running.start(() -> context.client().setAttributes(directory.target, change));
    }
    running.finish();
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static int mode(Path directory) throws IOException {
    return PosixMode.of(Files.getPosixFilePermissions(directory));
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final String target;

    Visitor(Path root, String target) {
      this.root = root;
      this.target = target;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (leftOut(directory)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      String path = remote(directory);
      try {
        context.await(context.client().mkdir(path, true));
      } catch (InterruptedException e) {
        throw new Interrupted(e);
      }
      if (options.keepAttributes()) {
        directories.push(new DirectoryTimes(path, attributes, mode(directory)));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (leftOut(file)) {
        return FileVisitResult.CONTINUE;
      }
      if (!attributes.isRegularFile()) {
        context.fail(ExitCode.LOCAL, file + ": not a regular file, left out");
        return FileVisitResult.CONTINUE;
      }
      progress.expect(attributes.size());
      try {
        running.start(
            () -> context.client().put(file, remote(file), options),
            (status, failure) -> {
              progress.fileEnded();
              if (failure == null) {
                stored.accept(status);
              }
            });
      } catch (InterruptedException e) {
        throw new Interrupted(e);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      String what =
          e instanceof FileSystemLoopException
              ? "the link leads back to a directory above it"
              : reason(e);
      context.fail(ExitCode.LOCAL, file + ": " + what + ", left out");
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      if (e != null) {
        context.fail(ExitCode.LOCAL, directory + ": " + reason(e) + ", the rest of it is left out");
      }
      return FileVisitResult.CONTINUE;
    }

    /** A name that can't be decoded would be stored under another, perhaps over its neighbour. */
    private boolean leftOut(Path path) {
      if (path.equals(root) || Names.isDecoded(path.getFileName().toString())) {
        return false;
      }
      context.fail(
          ExitCode.LOCAL,
          Names.printable(path.toString())
              + ": the name can't be decoded (expected: UTF-8), left out");
      return true;
    }

    private String remote(Path path) {
      return RemotePath.resolve(target, root.relativize(path));
    }
  }

  /** Carries an interruption out of the walk. */
  private static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // Never serialised: it lives between a visitor and its walk.
    private final InterruptedException original;

    Interrupted(InterruptedException original) {
      super(original);
      this.original = original;
    }
  }
}
