package io.shoal.cli.command;

import io.shoal.cli.Command;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All commands, by name. */
public final class Commands {
  private static final Map<String, Supplier<Command>> BY_NAME = new TreeMap<>();

  static {
    BY_NAME.put("admin", AdminCommand::new);
    BY_NAME.put("append", AppendCommand::new);
    BY_NAME.put("cat", CatCommand::new);
    BY_NAME.put("checksum", ChecksumCommand::new);
    BY_NAME.put("completion", CompletionCommand::new);
    BY_NAME.put("cp", CpCommand::new);
    BY_NAME.put("df", DfCommand::new);
    BY_NAME.put("du", DuCommand::new);
    BY_NAME.put("fsck", FsckCommand::new);
    BY_NAME.put("get", GetCommand::new);
    BY_NAME.put("head", HeadCommand::new);
    BY_NAME.put("ls", LsCommand::new);
    BY_NAME.put("mkdir", MkdirCommand::new);
    BY_NAME.put("mv", MvCommand::new);
    BY_NAME.put("nodes", NodesCommand::new);
    BY_NAME.put("ping", PingCommand::new);
    BY_NAME.put("put", PutCommand::new);
    BY_NAME.put("rm", RmCommand::new);
    BY_NAME.put("stat", StatCommand::new);
    BY_NAME.put("tail", TailCommand::new);
    BY_NAME.put("touch", TouchCommand::new);
    BY_NAME.put("truncate", TruncateCommand::new);
    BY_NAME.put("version", VersionCommand::new);
  }

  private Commands() {}

  /** Returns a fresh command, or nothing if there is none of that name. */
  public static Optional<Command> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name)).map(Supplier::get);
  }

  /** Returns a fresh one of each, ordered by name. */
  public static List<Command> all() {
    return BY_NAME.values().stream().map(Supplier::get).toList();
  }
}
