package io.shoal.metadata.consensus.snapshot;

import io.shoal.metadata.store.LogPosition;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete copy of the state store.
 *
 * @param directory where it lies
 * @param position the last log entry whose effects are in it
 */
public record Snapshot(Path directory, LogPosition position) {
  private static final Pattern NAME = Pattern.compile("snapshot\\.([0-9]{1,18})\\.([0-9]{1,18})");

  static String nameOf(LogPosition position) {
    return "snapshot." + position.term() + "." + position.index();
  }

  /** Reads the position from a directory's name; empty if it is not that of a snapshot. */
  static Optional<Snapshot> ofDirectory(Path directory) {
    Matcher matcher = NAME.matcher(String.valueOf(directory.getFileName()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    LogPosition position =
        new LogPosition(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return Optional.of(new Snapshot(directory, position));
  }
}
