package io.shoal.cli;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What users of Unix tools expect of options and JCommander does not do: {@code -lR} for {@code -l
 * -R}, {@code --jobs=4} for {@code --jobs 4}, and an unknown option is an error, not a file of that
 * name. Behind {@code --} every word is an argument.
 */
final class OptionWords {
  private final String command;

  /** Option's name to whether it takes a value. */
  private final Map<String, Boolean> takesValue = new TreeMap<>();

  OptionWords(String command, JCommander parser) {
    this.command = command;
    for (ParameterDescription option : parser.getParameters()) {
      Class<?> type = option.getParameterized().getType();
      boolean flag = type == boolean.class || type == Boolean.class;
      for (String name : option.getParameter().names()) {
        takesValue.put(name, !flag);
      }
    }
  }

  /** Returns the words as JCommander wants them. */
  List<String> normalise(List<String> words) {
    List<String> out = new ArrayList<>();
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at++);
      if (word.equals("--")) {
        out.add(word);
        out.addAll(words.subList(at, words.size()));
        return out;
      }
      if (word.length() < 2 || word.charAt(0) != '-') {
        out.add(word);
      } else if (Boolean.TRUE.equals(takesValue.get(word))) {
        out.add(word);
        if (at == words.size()) {
          throw CommandException.usage(
              command + ": " + word + " needs a value; see: shoal " + command + " --help");
        }
        out.add(words.get(at++));
      } else {
        addOption(word, out);
      }
    }
    return out;
  }

  private void addOption(String word, List<String> out) {
    int equals = word.indexOf('=');
    if (takesValue.containsKey(word)) {
      out.add(word);
    } else if (word.startsWith("--")
        && equals > 0
        && Boolean.TRUE.equals(takesValue.get(word.substring(0, equals)))) {
      out.add(word.substring(0, equals));
      out.add(word.substring(equals + 1));
    } else if (!word.startsWith("--") && word.chars().skip(1).allMatch(this::isFlag)) {
      word.chars().skip(1).forEach(letter -> out.add("-" + (char) letter));
    } else {
      throw CommandException.usage(
          command
              + ": unknown option '"
              + Names.printable(word)
              + "'; see: shoal "
              + command
              + " --help");
    }
  }

  private boolean isFlag(int letter) {
    return Boolean.FALSE.equals(takesValue.get("-" + (char) letter));
  }
}
