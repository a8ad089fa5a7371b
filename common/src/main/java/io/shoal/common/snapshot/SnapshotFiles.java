package io.shoal.common.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The list of a snapshot's files, which lies in it as {@code FILES} and is written last. A line is
 * {@code name size crc32c}; table files, which can be large and hold checksums of their own, have
 * {@code -} in place of the checksum. The last line is the checksum of those before it.
 */
public final class SnapshotFiles {
  /** Name of the list. */
  public static final String LIST_NAME = "FILES";

  private static final String TABLE_SUFFIX = ".sst";

  private SnapshotFiles() {}

  /** Lists and syncs the files of a directory that is about to become a snapshot. */
  public static void seal(Path directory) throws IOException {
    StringBuilder list = new StringBuilder();
    for (Path file : filesOf(directory)) {
      list.append(describe(file)).append('\n');
      DurableFiles.sync(file);
    }
    list.append(checksum(list.toString().getBytes(UTF_8))).append('\n');
    DurableFiles.write(directory.resolve(LIST_NAME), list.toString());
    DurableFiles.sync(directory);
  }

  /**
   * Compares a snapshot with its list.
   *
   * @return its files, without the list
   * @throws IOException if a file is missing, has another size or checksum, or the list is damaged
   */
  public static List<Path> check(Path directory) throws IOException {
    String list = Files.readString(directory.resolve(LIST_NAME), UTF_8);
    int end = list.lastIndexOf('\n', list.length() - 2) + 1;
    String expected = checksum(list.substring(0, end).getBytes(UTF_8));
    if (!list.substring(end).strip().equals(expected)) {
      throw new IOException(directory + ": the list of files is damaged");
    }
    List<Path> files = new ArrayList<>();
    for (String line : list.substring(0, end).lines().toList()) {
      Path file = directory.resolve(line.substring(0, line.indexOf(' ')));
      String found = Files.exists(file) ? describe(file) : "nothing";
      if (!found.equals(line)) {
        throw new IOException(directory + ": " + found + " (expected: " + line + ")");
      }
      files.add(file);
    }
    return files;
  }

  /** Tells whether a file is a table, which is never written again. */
  public static boolean isTable(Path file) {
    return file.toString().endsWith(TABLE_SUFFIX);
  }

  private static String describe(Path file) throws IOException {
    String checksum = isTable(file) ? "-" : checksum(Files.readAllBytes(file));
    return file.getFileName() + " " + Files.size(file) + " " + checksum;
  }

  private static List<Path> filesOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return String.format("%08x", crc.getValue());
  }
}
