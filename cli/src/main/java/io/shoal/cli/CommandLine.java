package io.shoal.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a command line: the command's name and everything else, with common options that
 * stood before the name put behind it.
 *
 * @param commandName empty if there is none
 * @param arguments all words but the name
 */
record CommandLine(String commandName, List<String> arguments) {
  CommandLine {
    arguments = List.copyOf(arguments);
  }

  static CommandLine parse(List<String> words) {
    List<String> arguments = new ArrayList<>();
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      String option = words.get(at++);
      if (option.equals("--version")) {
        return new CommandLine("version", arguments);
      }
      // Behind a command -h is the command's own: ls -h shows units.
      if (option.equals("-h")) {
        option = "--help";
      }
      arguments.add(option);
      if (option.equals("--cluster")) {
        if (at == words.size()) {
          throw CommandException.usage("--cluster needs a value: HOST:PORT or a directory");
        }
        arguments.add(words.get(at++));
      }
    }
    if (at == words.size()) {
      return new CommandLine("", arguments);
    }
    String name = words.get(at++);
    if (name.equals("help")) {
      return at < words.size()
          ? new CommandLine(words.get(at), List.of("--help"))
          : new CommandLine("", List.of("--help"));
    }
    arguments.addAll(words.subList(at, words.size()));
    return new CommandLine(name, arguments);
  }

  boolean helpWanted() {
    return arguments.contains("--help");
  }
}
