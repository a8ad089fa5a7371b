package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files: a thousand of the JDK's own, and one of 5 GiB. */
class RealFilesIT {
  private static final int FILES = 1_000;
  private static final long LARGE = 5L << 30;

  /** Three copies on the nodes, the source and what comes back. */
  private static final long LARGE_NEEDS = 5 * LARGE + (2L << 30);

  @TempDir private Path directory;

  @Test
  void aThousandMixedFiles_onFiveNodes_comeBackTheSame() throws Exception {
    Path tree = jdkFiles();
    try (SystemCluster cluster =
        SystemCluster.start(directory.resolve("cluster"), "--nodes", "5")) {
      cluster.ok("put", "-r", tree.toString(), "/jdk");
      cluster.ok("get", "-r", "/jdk", directory.resolve("back").toString());
      assertThat(Data.assertSameTree(tree, directory.resolve("back"))).isGreaterThan(FILES);
    }
  }

  /**
   * Copies files of the running JDK, and the classes of the test's own class path, until there are
   * enough.
   */
  private Path jdkFiles() throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    int count = 0;
    for (Path root :
        List.of(Path.of(System.getProperty("java.home")), Path.of("..").toRealPath())) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file :
            files
                .filter(path -> Files.isRegularFile(path) && !path.toString().contains("/.git/"))
                .toList()) {
          if (count == FILES || Files.size(file) > 64 << 20 || !Files.isReadable(file)) {
            continue;
          }
          Path copy = tree.resolve(root.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          if (!Files.exists(copy)) {
            Files.copy(file, copy);
            count++;
          }
        }
      }
    }
    assertThat(count).isEqualTo(FILES);
    return tree;
  }

  @Test
  @Tag("long")
  void aFileOfFiveGibibytes_goesInAndComesBack() throws Exception {
    long free = Files.getFileStore(directory).getUsableSpace();
    Requirement.check(
        free > LARGE_NEEDS,
        "needs " + (LARGE_NEEDS >> 30) + " GiB of disk, " + (free >> 30) + " are free");
    Path source = Data.random(directory.resolve("large"), LARGE, 5);
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("cluster"))) {
      Result put = cluster.shoal("put", source.toString(), "/large");
      assertThat(put.exitCode()).as(put.toString()).isZero();
      cluster.ok("get", "/large", directory.resolve("back").toString());
      Data.assertSame(source, directory.resolve("back"));
      assertThat(cluster.ok("stat", "/large")).contains("copies      3 of 3");
    }
  }
}
