package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes and compares local files. */
final class Data {
  private Data() {}

  /** Writes a file of random bytes. */
  static Path random(Path file, long length, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] piece = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = length; left > 0; left -= piece.length) {
        random.nextBytes(piece);
        out.write(piece, 0, (int) Math.min(left, piece.length));
      }
    }
    return file;
  }

  /** Fails unless two files have the same bytes. */
  static void assertSame(Path expected, Path actual) throws IOException {
    assertThat(Files.mismatch(expected, actual))
        .as("first difference of %s and %s", expected, actual)
        .isEqualTo(-1);
  }

  /** Fails unless two trees have the same names and bytes; links are followed. */
  static int assertSameTree(Path expected, Path actual) throws IOException {
    Map<String, Path> left = files(expected);
    Map<String, Path> right = files(actual);
    assertThat(right.keySet()).isEqualTo(left.keySet());
    for (String name : left.keySet()) {
      if (Files.isRegularFile(left.get(name))) {
        assertSame(left.get(name), right.get(name));
      }
    }
    return left.size();
  }

  private static Map<String, Path> files(Path root) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> paths = all.toList();
      paths.forEach(path -> files.put(root.relativize(path).toString(), path));
    }
    return files;
  }
}
