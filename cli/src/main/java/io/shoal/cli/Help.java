package io.shoal.cli;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.Parameters;
import io.shoal.cli.command.Commands;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What {@code --help} prints. */
public final class Help {
  private static final String INTRODUCTION =
      """
      shoal: files in a Shoal cluster

      Usage: shoal COMMAND [options] [arguments]

      Commands:
      """;

  private static final String COMMON =
      """

      shoal COMMAND --help explains a command. Common options:
        --cluster WHERE  HOST:PORT[,HOST:PORT...] of the metadata servers, or the cluster's directory
                         (with a '/'); else the variable SHOAL_CLUSTER, else the default directory of
                         scripts/cluster
        --json           print JSON, one document a line

      Exit codes:
      """;

  private Help() {}

  /** Returns a parser for a command's options and the common ones. */
  public static JCommander parser(Command command, CommonOptions options) {
    JCommander parser = new JCommander();
    parser.setProgramName("shoal " + command.name());
    parser.setExpandAtSign(false);
    parser.addObject(command);
    parser.addObject(options);
    // JCommander reads the annotations with its first parse; what follows needs the options before.
    parser.parse();
    return parser;
  }

  /** Returns the options of a command, ordered by name. */
  public static List<ParameterDescription> options(JCommander parser) {
    return parser.getParameters().stream()
        .sorted(Comparator.comparing(ParameterDescription::getLongestName))
        .toList();
  }

  static String description(Command command) {
    Parameters annotation = command.getClass().getAnnotation(Parameters.class);
    return annotation == null ? "" : annotation.commandDescription();
  }

  static String overview() {
    StringBuilder text = new StringBuilder(2_048);
    text.append(INTRODUCTION);
    for (Command command : Commands.all()) {
      text.append(String.format(Locale.ROOT, "  %-10s %s%n", command.name(), description(command)));
    }
    text.append(COMMON);
    for (ExitCode code : ExitCode.values()) {
      text.append(String.format(Locale.ROOT, "  %3d  %s%n", code.number(), code.meaning()));
    }
    return text.toString().stripTrailing();
  }

  static String of(Command command, JCommander parser) {
    StringBuilder text = new StringBuilder(1_024);
    text.append("shoal ").append(command.name()).append(": ").append(description(command));
    text.append("\n\nUsage: shoal ")
        .append(command.name())
        .append(" [options] ")
        .append(command.arguments());
    text.append("\n\nOptions:\n");
    for (ParameterDescription option : options(parser)) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-22s %s%s%n",
              option.getNames(),
              option.getDescription(),
              fallback(option)));
    }
    text.append("\nExample:\n  ").append(command.example());
    return text.toString();
  }

  private static String fallback(ParameterDescription option) {
    Object value = option.getDefault();
    boolean plain = value == null || value instanceof Boolean || "".equals(value);
    return plain ? "" : " (default: " + value + ")";
  }
}
