package io.shoal.testkit;

import io.shoal.client.AttributeChange;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes what {@link StoredFormatTest} reads: the data directory of a metadata server, as a crash
 * would have left it, in a zip file. Whoever changes a format makes another one, beside those of
 * before: {@code StoredFormatMaker FILE}.
 */
final class StoredFormatMaker {
  private StoredFormatMaker() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("stored-format");
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).nodes(1).start();
        ShoalClient client = cluster.newClient()) {
      fill(client, "before");
      // The first half is in a snapshot, the second one in the log only.
      client
          .backupMetadata(directory.resolve("backup"), cluster.secretFile())
          .get(1, TimeUnit.MINUTES);
      fill(client, "after");
      zip(cluster.metadataDirectory(1), Path.of(arguments[0]));
    }
  }

  /** Makes something of each kind. */
  private static void fill(ShoalClient client, String name) throws Exception {
    String root = "/" + name;
    client.mkdir(root + "/a/b", true).get();
    for (int i = 0; i < 20; i++) {
      client.put(ByteBuffer.allocate(0), root + "/a/empty-" + i, PutOptions.DEFAULT).get();
    }
    client.put(ByteBuffer.allocate(5_000), root + "/a/b/file", PutOptions.DEFAULT).get();
    client.rename(root + "/a/empty-3", root + "/a/renamed", false).get();
    client.delete(root + "/a/empty-4", false).get();
    client
        .setAttributes(
            root + "/a/empty-5",
            AttributeChange.NONE
                .withMode(0600)
                .withXattrs(Map.of("user.note", new byte[] {1, 2, 3})))
        .get();
    client.copy(root + "/a/b/file", root + "/a/b/copy", PutOptions.DEFAULT).get();
    client.truncate(root + "/a/b/copy", 100).get();
  }

  private static void zip(Path directory, Path file) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory)) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Path each : files) {
        String name = directory.relativize(each).toString();
        if (!name.startsWith("native/") && !name.matches(".*(lock|LOCK|/LOG|/LOG\\..*)")) {
          zip.putNextEntry(new ZipEntry(name));
          Files.copy(each, zip);
          zip.closeEntry();
        }
      }
    }
  }
}
