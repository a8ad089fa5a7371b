package io.shoal.faults.bed;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/** The wall clock of a process, which can be made to jump while it runs (libfaketime). */
public final class SetClock {
  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

  private final Path file;
  private final Path library;

  SetClock(Path file) throws IOException {
    this.file = file;
    this.library = findLibrary();
    set(Duration.ZERO);
  }

  /** It is in the directory of the machine's architecture. */
  private static Path findLibrary() throws IOException {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(Path.of("/usr/lib"))) {
      for (Path directory : directories) {
        if (Files.exists(directory.resolve(LIBRARY))) {
          return directory.resolve(LIBRARY);
        }
      }
    }
    throw new IOException("there is no " + LIBRARY + " (expected: the package faketime)");
  }

  Map<String, String> environment() {
    // The monotonic clock is left alone; with the library's fix for others timed waits don't wait.
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME_CACHE_DURATION",
        "1",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0",
        "FAKETIME_TIMESTAMP_FILE",
        file.toString());
  }

  /** Sets the clock to so much before or after the right time. */
  public void set(Duration offset) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, (offset.isNegative() ? "" : "+") + offset.toSeconds() + "\n");
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
