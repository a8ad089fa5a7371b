package io.shoal.common.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line of a server.
 *
 * @param action what to do
 * @param file configuration file
 * @param backup what to restore; present with that action
 * @param overrides {@code key=value}, stronger than the file
 */
record ServerArguments(
    Action action, Optional<Path> file, Optional<Path> backup, List<String> overrides) {
  /** What a server's program can do. */
  enum Action {
    RUN,
    PRINT_HELP,
    PRINT_VERSION,
    PRINT_TEMPLATE,
    CHECK,
    FORMAT,
    JOIN,
    RESTORE
  }

  /** Reads the command line; anything that is not known is an illegal argument. */
  static ServerArguments parse(List<String> words) {
    Action action = Action.RUN;
    Optional<Path> file = Optional.empty();
    Optional<Path> backup = Optional.empty();
    List<String> overrides = new ArrayList<>();
    for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
      String word = rest.next();
      switch (word) {
        case "--help", "-h" -> action = Action.PRINT_HELP;
        case "--version" -> action = Action.PRINT_VERSION;
        case "--format" -> action = Action.FORMAT;
        case "--join" -> action = Action.JOIN;
        case "--restore" -> {
          action = Action.RESTORE;
          backup = Optional.of(Path.of(valueOf(word, rest)));
        }
        case "--check" -> action = Action.CHECK;
        case "--print-config" -> action = Action.PRINT_TEMPLATE;
        case "--conf" -> file = Optional.of(Path.of(valueOf(word, rest)));
        case "--set" -> overrides.add(valueOf(word, rest));
        default ->
            throw new IllegalArgumentException(
                "unknown argument '" + word + "' (expected: one of those that --help shows)");
      }
    }
    return new ServerArguments(action, file, backup, List.copyOf(overrides));
  }

  private static String valueOf(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(
          option + " stands at the end (expected: a value behind it)");
    }
    return rest.next();
  }
}
