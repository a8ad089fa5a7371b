package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die in the middle of work. */
class FaultsIT {
  private static final int CHUNK = 4 << 20;
  private static final int PIECE = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private SystemCluster cluster;

  @BeforeEach
  void startCluster() throws IOException, InterruptedException {
    cluster =
        SystemCluster.start(
            directory.resolve("cluster"),
            "--nodes",
            "3",
            "--set",
            "metadata.file.chunk-size=4MiB",
            "--set",
            "metadata.grant.lifetime=15s",
            "--set",
            "metadata.file.grace=1s",
            "--set",
            "metadata.session.lifetime=3s",
            "--set",
            "node.heartbeat.question-interval=1s",
            "--set",
            "metadata.node.heartbeat-interval=500ms");
  }

  @AfterEach
  void stopCluster() throws IOException {
    cluster.close();
  }

  private static byte[] content(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void nodeKilledDuringPut_putFinishes_andEveryByteIsThere() throws Exception {
    byte[] content = content(10 * CHUNK + 12_345, 1);
    try (ShoalClient client = cluster.client()) {
      AsyncFileWriter writer = Await.result(client.create("/put", PutOptions.DEFAULT));
      for (int at = 0; at < content.length; at += PIECE) {
        if (at == 4 * CHUNK + PIECE) {
          cluster.kill("node-2");
        }
        int length = Math.min(PIECE, content.length - at);
        Await.result(writer.write(ByteBuffer.wrap(content, at, length)), LONG);
      }
      FileStatus stored = Await.result(writer.close(), LONG);
      assertThat(stored.length()).isEqualTo(content.length);
      assertThat(Await.result(client.get("/put", content.length), LONG))
          .isEqualTo(ByteBuffer.wrap(content));
      assertThat(Await.result(client.layout("/put")).fewestCopies()).isEqualTo(2);
    }
  }

  @Test
  @Tag("long")
  void nodeKilledDuringGet_getFinishes_withEveryByte() throws Exception {
    byte[] content = content(10 * CHUNK + 777, 2);
    try (ShoalClient client = cluster.client()) {
      Await.result(client.put(ByteBuffer.wrap(content), "/get", PutOptions.DEFAULT), LONG);
      AsyncFileReader reader = Await.result(client.open("/get"));
      ByteBuffer back = ByteBuffer.allocate(content.length);
      while (back.hasRemaining()) {
        if (back.position() == 3 * PIECE) {
          cluster.kill("node-1");
        }
        ByteBuffer piece = back.slice().limit(Math.min(PIECE, back.remaining()));
        int length = Await.result(reader.read(back.position(), piece), LONG);
        back.position(back.position() + length);
      }
      assertThat(back.flip()).isEqualTo(ByteBuffer.wrap(content));
      // A whole stream from the beginning meets the dead node in the middle of its read-ahead.
      assertThat(Await.result(client.get("/get", content.length), LONG))
          .isEqualTo(ByteBuffer.wrap(content));
    }
  }

  @Test
  @Tag("long")
  void cliPut_whileANodeDies_endsWell() throws Exception {
    Path source = Data.random(directory.resolve("source"), 200L << 20, 3);
    try (Program put = cluster.startShoal("put", source.toString(), "/cli")) {
      Await.until(
          "node-3 has bytes",
          LONG,
          () -> sizeOf(cluster.directory().resolve("data/node-3")) > 8 << 20);
      cluster.kill("node-3");
      Result result = put.await();
      assertThat(result.exitCode()).as(result.toString()).isZero();
    }
    cluster.ok("get", "/cli", directory.resolve("back").toString());
    Data.assertSame(source, directory.resolve("back"));
  }

  @Test
  @Tag("long")
  void everythingKilledAndRestarted_whatWasAcknowledgedIsThere() throws Exception {
    Map<String, byte[]> acknowledged = new LinkedHashMap<>();
    try (ShoalClient client = cluster.client()) {
      for (int i = 0; i < 40; i++) {
        byte[] content = content(i % 4 == 0 ? CHUNK + i : 1_000 * i, i);
        Await.result(client.put(ByteBuffer.wrap(content), "/f" + i, PutOptions.DEFAULT), LONG);
        acknowledged.put("/f" + i, content);
      }
      Await.result(client.delete("/f7", false));
      Await.result(client.rename("/f8", "/renamed", false));
      acknowledged.remove("/f7");
      acknowledged.put("/renamed", acknowledged.remove("/f8"));
      // Work in flight when the power goes: it may be there or not, but never half.
      for (int i = 0; i < 20; i++) {
        var unused =
            client.put(ByteBuffer.wrap(content(CHUNK, 100 + i)), "/late" + i, PutOptions.DEFAULT);
      }
      for (String name : cluster.members()) {
        cluster.kill(name);
      }
    }
    Result restarted = cluster.cluster("start");
    assertThat(restarted.exitCode()).as(restarted.toString()).isZero();
    try (ShoalClient client = cluster.client()) {
      for (Map.Entry<String, byte[]> file : acknowledged.entrySet()) {
        ByteBuffer back = Await.result(client.get(file.getKey(), 2 * CHUNK), LONG);
        assertThat(back).as(file.getKey()).isEqualTo(ByteBuffer.wrap(file.getValue()));
      }
      assertThat(cluster.shoal("stat", "/f7").exitCode()).isEqualTo(3);
      for (String name :
          cluster.ok("ls").lines().filter(line -> line.startsWith("late")).toList()) {
        int seed = 100 + Integer.parseInt(name.substring("late".length()));
        assertThat(Await.result(client.get("/" + name, CHUNK), LONG))
            .isEqualTo(ByteBuffer.wrap(content(CHUNK, seed)));
      }
    }
  }

  @Test
  @Tag("long")
  void ctrlC_inTheMiddleOfPut_leavesNothingVisible_andItsChunksAreCollected() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<OutputStream> feeding =
        CompletableFuture.supplyAsync(() -> feed(pipe, 6 * CHUNK));
    try (Program put = startReading(pipe);
        OutputStream open = Await.result(feeding, LONG)) {
      assertThat(chunksOnNodes()).as("chunks were written while the put goes on").isPositive();
      put.interrupt();
      Result result = put.await();
      assertThat(result.exitCode()).as(result.toString()).isEqualTo(130);
      assertThat(open).isNotNull();
    }
    assertThat(cluster.ok("ls")).isEmpty();
    Await.until("the chunks are collected", LONG, () -> chunksOnNodes() == 0);
  }

  @Test
  @Tag("long")
  void ctrlC_inTheMiddleOfAFile_saysSoOnceAndEndsWithItsOwnCode() throws Exception {
    // Too long to be stored before it is interrupted, and made of no blocks.
    Path source = Files.createDirectory(directory.resolve("tree")).resolve("source");
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
      file.setLength(16L << 30);
    }
    for (List<String> words :
        List.of(
            List.of("put", source.toString(), "/single"),
            List.of("put", "-r", source.getParent().toString(), "/tree"))) {
      try (Program put = cluster.startShoal(words.toArray(String[]::new))) {
        Await.until("chunks reach the nodes", LONG, () -> chunksOnNodes() > 0);
        put.interrupt();
        Result result = put.await();
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(130);
        assertThat(result.err().lines().filter(line -> line.contains("interrupted"))).hasSize(1);
        assertThat(result.err()).doesNotContain("the client was closed");
      }
      assertThat(cluster.shoal("stat", "/single").exitCode()).isEqualTo(3);
      Await.until("the chunks are collected", LONG, () -> chunksOnNodes() == 0);
    }
  }

  /** Opens both ends of the pipe: each open waits for the other. */
  private Program startReading(Path pipe) throws IOException, InterruptedException {
    return cluster.startShoalReading(pipe, "put", "-", "/interrupted");
  }

  private OutputStream feed(Path pipe, int length) {
    try {
      OutputStream out = Files.newOutputStream(pipe);
      out.write(content(length, 9));
      out.flush();
      Await.until("chunks reach the nodes", LONG, () -> chunksOnNodes() > 0);
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long chunksOnNodes() {
    try {
      return cluster
          .ok("df", "--json")
          .lines()
          .mapToLong(line -> Long.parseLong(line.replaceAll(".*\"chunks\":(\\d+).*", "$1")))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  private static long sizeOf(Path root) {
    try (var files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      // Files come and go while they are counted; the caller asks again.
      return 0;
    }
  }
}
