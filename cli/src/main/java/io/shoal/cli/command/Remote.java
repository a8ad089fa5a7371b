package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.RemotePath;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.List;
import java.util.Optional;

/** What several commands ask of remote paths. */
final class Remote {
  private Remote() {}

  /** Returns a path's status, or nothing if nothing stands there. */
  static Optional<FileStatus> lookUp(CommandContext context, String path)
      throws InterruptedException {
    try {
      return Optional.of(context.await(context.client().stat(path)));
    } catch (ShoalException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Decides where sources go: into the destination if it is a directory or says so by a trailing
   * slash, else to exactly that path.
   *
   * @param several whether there is more than one source: then it must be a directory
   */
  static Destination destination(CommandContext context, String argument, boolean several)
      throws InterruptedException {
    String path = RemotePath.parse(argument);
    Optional<FileStatus> status = lookUp(context, path);
    boolean directory = status.map(FileStatus::isDirectory).orElse(false);
    if (!directory && (several || RemotePath.saysDirectory(argument))) {
      ErrorCode code = status.isPresent() ? ErrorCode.NOT_A_DIRECTORY : ErrorCode.NOT_FOUND;
      String problem =
          status.isPresent()
              ? "is a file (expected: a directory)"
              : "does not exist (expected: a directory)";
      throw new ShoalException(code, path, path + " " + problem);
    }
    return new Destination(path, directory);
  }

  /** Parses all arguments, which must be at least one. */
  static List<String> paths(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw CommandException.usage("no path is given (expected: at least one)");
    }
    return arguments.stream().map(RemotePath::parse).toList();
  }

  /**
   * Returns the failure of a command that meets a directory and was not given {@code -r}.
   *
   * @param verb what the command does with files
   */
  static ShoalException isDirectory(String path, String verb) {
    return new ShoalException(
        ErrorCode.IS_A_DIRECTORY,
        path,
        path + " is a directory (use -r to " + verb + " it with all below it)");
  }

  /**
   * Where sources go.
   *
   * @param isDirectory whether they go into it under their own names
   */
  record Destination(String path, boolean isDirectory) {
    String of(String name) {
      return isDirectory ? RemotePath.child(path, name) : path;
    }
  }
}
