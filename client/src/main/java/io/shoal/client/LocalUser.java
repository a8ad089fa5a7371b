package io.shoal.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;

/**
 * The user who runs this program, as the operating system names it.
 *
 * @param name empty if the system has no name for it
 * @param group empty if it can't be told
 */
record LocalUser(String name, String group) {
  /** What Java says of a user without a name, such as a number in a container. */
  private static final String NAMELESS = "?";

  private static final LocalUser NOBODY = new LocalUser("", "");

  /** Finds the user. Takes two looks into the local file system at most, and starts no program. */
  static LocalUser current() {
    String name = System.getProperty("user.name", "");
    return name.isEmpty() || name.equals(NAMELESS)
        ? NOBODY
        : new LocalUser(
            name, groupOf(name, List.of("/proc/self", System.getProperty("user.home", ""))));
  }

  /**
   * Returns the group of the first of some files that belongs to the user. Java tells no process's
   * group: where there is a process file system, the process's own entry there has it; elsewhere
   * the user's home directory has the group that the user mostly has. What belongs to somebody else
   * tells nothing: a daemon's home may be the system's.
   */
  static String groupOf(String name, List<String> files) {
    for (String file : files) {
      try {
        PosixFileAttributes found = Files.readAttributes(Path.of(file), PosixFileAttributes.class);
        if (found.owner().getName().equals(name)) {
          return found.group().getName();
        }
      } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
        // The system has no such file or no groups: the next one may tell.
      }
    }
    return "";
  }
}
