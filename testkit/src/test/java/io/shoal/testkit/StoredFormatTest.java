package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.client.FileType;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A metadata server reads what its former versions wrote: log, state and snapshots. */
class StoredFormatTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private static void unzip(String resource, Path target) throws IOException {
    try (InputStream in = StoredFormatTest.class.getResourceAsStream(resource);
        ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(in, resource))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.copy(zip, file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata-0.1.0.zip"})
  void dataOfAFormerVersion_areAllThere(String stored) throws IOException {
    unzip(stored, directory.resolve("metadata"));
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).nodes(1).start();
        ShoalClient client = cluster.newClient()) {
      for (String root : List.of("/before", "/after")) {
        List<String> names = new ArrayList<>();
        for (DirectoryEntry entry :
            Await.result(client.listPage(root + "/a", "", 100), LONG).entries()) {
          names.add(entry.name());
        }
        List<String> expected = new ArrayList<>(List.of("b", "renamed"));
        for (int i = 0; i < 20; i++) {
          if (i != 3 && i != 4) {
            expected.add("empty-" + i);
          }
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
        FileStatus noted = stat(client, root + "/a/empty-5");
        assertThat(noted.mode()).isEqualTo(0600);
        assertThat(noted.xattrs().get("user.note")).isEqualTo(new byte[] {1, 2, 3});
        assertThat(stat(client, root + "/a/b/file").length()).isEqualTo(5_000);
        assertThat(stat(client, root + "/a/b/copy").length()).isEqualTo(100);
        assertThat(stat(client, root + "/a/b").type()).isEqualTo(FileType.DIRECTORY);
      }
      Await.result(client.rename("/before", "/after/before", false), LONG);
      assertThat(stat(client, "/after/before/a/b/file").length()).isEqualTo(5_000);
    }
  }

  private static FileStatus stat(ShoalClient client, String path) {
    return Await.result(client.stat(path), LONG);
  }
}
