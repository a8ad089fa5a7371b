package io.shoal.microbenchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory on the disk of the temporary directory, which is the one that is measured. */
final class TemporaryDirectory {
  private final String name;
  private @Nullable Path path;

  TemporaryDirectory(String name) {
    this.name = name;
  }

  Path create() throws IOException {
    Path created = Files.createTempDirectory("shoal-" + name);
    path = created;
    return created;
  }

  void delete() throws IOException {
    if (path == null) {
      return;
    }
    List<Path> all;
    try (Stream<Path> found = Files.walk(path)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }

  /** Ends the benchmark, which would measure something else after a fault. */
  static void failed(String where, Throwable fault) {
    throw new IllegalStateException(where, fault);
  }
}
