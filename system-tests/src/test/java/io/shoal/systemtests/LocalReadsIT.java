package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client on the machine of the nodes, which reads their files itself. */
class LocalReadsIT {
  private static final int LENGTH = (32 << 20) + 12_345;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private SystemCluster cluster;

  private void start(String... options) throws IOException, InterruptedException {
    cluster = SystemCluster.start(directory.resolve("cluster"), options);
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  private static byte[] content() {
    byte[] bytes = new byte[LENGTH];
    new Random(8).nextBytes(bytes);
    return bytes;
  }

  /** Returns the bytes that the nodes have sent over connections and into files. */
  private long written() throws IOException {
    long sum = 0;
    for (String member : cluster.members()) {
      if (member.startsWith("node-")) {
        Path account = Path.of("/proc", Long.toString(cluster.process(member).pid()), "io");
        sum +=
            Files.readAllLines(account).stream()
                .filter(line -> line.startsWith("wchar:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .sum();
      }
    }
    return sum;
  }

  private static void assertReads(ShoalClient client, byte[] content) throws Exception {
    for (int[] range : new int[][] {{0, LENGTH}, {1, LENGTH - 2}, {5 << 20, 1 << 20}}) {
      AsyncFileReader reader = Await.result(client.open("/file"), LONG);
      ByteBuffer target = ByteBuffer.allocate(range[1]);
      assertThat(Await.result(reader.read(range[0], target), LONG)).isEqualTo(range[1]);
      assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, range[0], range[1]));
      Await.result(reader.close(), LONG);
    }
  }

  @Test
  void read_onTheNodesMachine_takesNoBytesFromTheNodes() throws Exception {
    start();
    byte[] content = content();
    try (ShoalClient near = cluster.localClient();
        ShoalClient far = cluster.client()) {
      Await.result(near.put(ByteBuffer.wrap(content), "/file", PutOptions.DEFAULT), LONG);
      long before = written();
      // Past the page cache at first, through it afterwards.
      for (int i = 0; i < 3; i++) {
        assertReads(near, content);
      }
      long local = written() - before;
      assertThat(local).isLessThan(LENGTH / 8);
      assertReads(far, content);
      assertThat(written() - before - local).isGreaterThan(2L * LENGTH);
    }
  }

  @Test
  void read_nodesKeepTheirFilesToThemselves_comesFromThem() throws Exception {
    start("--set", "node.local-reads=false");
    byte[] content = content();
    try (ShoalClient near = cluster.localClient()) {
      Await.result(near.put(ByteBuffer.wrap(content), "/file", PutOptions.DEFAULT), LONG);
      long before = written();
      assertReads(near, content);
      assertThat(written() - before).isGreaterThan(2L * LENGTH);
    }
  }

  @Test
  void read_filesAreDamagedOrGone_everyByteIsRight() throws Exception {
    start();
    byte[] content = content();
    try (ShoalClient near = cluster.localClient()) {
      Await.result(near.put(ByteBuffer.wrap(content), "/file", PutOptions.DEFAULT), LONG);
      List<Path> files = chunkFiles("node-1");
      assertThat(files).isNotEmpty();
      for (Path file : files) {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
          for (long at = 777; at < access.length(); at += 3 << 20) {
            access.seek(at);
            int read = access.read();
            access.seek(at);
            access.write(~read);
          }
        }
      }
      for (Path file : chunkFiles("node-2")) {
        Files.delete(file);
      }
      for (int i = 0; i < 3; i++) {
        assertReads(near, content);
      }
    }
  }

  private List<Path> chunkFiles(String node) throws IOException {
    try (Stream<Path> files = Files.walk(cluster.directory().resolve("data").resolve(node))) {
      return files
          .filter(path -> path.toString().contains("/chunks/") && Files.isRegularFile(path))
          .toList();
    }
  }
}
