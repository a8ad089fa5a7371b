package io.shoal.cli;

import java.nio.file.Path;

/**
 * Arithmetic on paths of the cluster: absolute, separated by '/', without {@code .} and {@code ..}.
 */
public final class RemotePath {
  private RemotePath() {}

  /**
   * Checks an argument that names a path of the cluster and drops repeated and trailing slashes.
   *
   * @throws CommandException if it is not absolute or has a component that no path may have
   */
  public static String parse(String argument) {
    if (!argument.startsWith("/")) {
      throw CommandException.usage(
          "'"
              + Names.printable(argument)
              + "' is not a path of the cluster (expected: it begins with '/')");
    }
    if (!Names.isDecoded(argument)) {
      throw CommandException.usage(
          "'" + Names.printable(argument) + "' can't be decoded (expected: UTF-8)");
    }
    StringBuilder out = new StringBuilder(argument.length());
    for (String name : argument.split("/", -1)) {
      if (name.isEmpty()) {
        continue;
      }
      if (name.equals(".") || name.equals("..")) {
        throw CommandException.usage(
            "'"
                + Names.printable(argument)
                + "' contains '"
                + name
                + "' (expected: a path without it)");
      }
      out.append('/').append(name);
    }
    return out.length() == 0 ? "/" : out.toString();
  }

  /** Tells whether an argument says by a trailing slash that it means a directory. */
  public static boolean saysDirectory(String argument) {
    return argument.endsWith("/");
  }

  /** Returns the path of an entry in a directory. */
  public static String child(String directory, String name) {
    return directory.equals("/") ? "/" + name : directory + "/" + name;
  }

  /** Returns the last component; empty for the root. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Returns the directory that a path lies in; the root's is the root. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /** Returns the remote counterpart of a local path that is relative to what is copied. */
  public static String resolve(String directory, Path relative) {
    String path = directory;
    for (Path name : relative) {
      if (!name.toString().isEmpty()) {
        path = child(path, name.toString());
      }
    }
    return path;
  }
}
