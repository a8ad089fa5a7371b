package io.shoal.cli.command;

import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommonOptions;
import io.shoal.cli.Help;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Prints the completion for bash, made from the commands themselves. */
@Parameters(commandDescription = "print the completion script for bash")
final class CompletionCommand implements Command {
  /** Commands whose arguments but the last are local files. */
  private static final String LOCAL_FIRST = "put";

  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public String example() {
    return "source <(shoal completion)    # in ~/.bashrc; completes commands, options and remote"
        + " paths";
  }

  @Override
  public void run(CommandContext context) {
    List<Command> commands = Commands.all();
    String names = commands.stream().map(Command::name).collect(Collectors.joining(" "));
    StringBuilder options = new StringBuilder();
    for (Command command : commands) {
      String words =
          Help.options(Help.parser(command, new CommonOptions())).stream()
              .flatMap(option -> Arrays.stream(option.getParameter().names()))
              .collect(Collectors.joining(" "));
      options
          .append("      ")
          .append(command.name())
          .append(") words=\"")
          .append(words)
          .append("\" ;;\n");
    }
    context.output().line(SCRIPT.formatted(names, options, LOCAL_FIRST));
  }

  private static final String SCRIPT =
      """
      _shoal() {
        local word=${COMP_WORDS[COMP_CWORD]} command="" words="" i
        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          case ${COMP_WORDS[i]} in
            --cluster) ((i++)) ;;
            -*) ;;
            *) command=${COMP_WORDS[i]}; break ;;
          esac
        done
        if [[ -z $command ]]; then
          COMPREPLY=($(compgen -W "%s --cluster --json --help" -- "$word"))
          return
        fi
        if [[ $word == -* ]]; then
          case $command in
      %s    esac
          COMPREPLY=($(compgen -W "$words" -- "$word"))
          return
        fi
        if [[ $word == /* && $command != %s ]]; then
          local directory=${word%%/*} entry
          while IFS= read -r entry; do
            [[ ${directory}/$entry == "$word"* ]] && COMPREPLY+=("${directory}/$entry")
          done < <("${COMP_WORDS[0]}" ls -F "${directory:-/}" 2>/dev/null)
          compopt -o nospace -o filenames
          return
        fi
        compopt -o default
      }
      complete -F _shoal shoal\
      """;
}
