package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that go in and come back. */
@ExtendWith(NoLeaks.class)
class FileContentTest {
  private static final int CHUNK = 1 << 20;

  @TempDir private static Path directory;
  private static EmbeddedCluster cluster;
  private static ShoalClient client;

  @BeforeAll
  static void start() {
    cluster = EmbeddedCluster.in(directory).start();
    client = cluster.newClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void putAndGet_atEveryBoundary_giveTheSameBytes() {
    for (int length :
        new int[] {
          0,
          1,
          4_095,
          16 << 10,
          (16 << 10) + 1,
          256 << 10,
          (256 << 10) + 1,
          CHUNK - 1,
          CHUNK,
          CHUNK + 1,
          5 * CHUNK + 13
        }) {
      ByteBuffer content = Bytes.random(length, length);
      String path = "/boundary-" + length;
      FileStatus stored = Await.result(client.put(content, path, PutOptions.DEFAULT));
      assertThat(stored.length()).isEqualTo(length);
      assertThat(content.position()).as("the source's position does not move").isZero();
      assertThat(Await.result(client.get(path, length))).isEqualTo(content);
    }
  }

  @Test
  void read_atPositions_givesExactlyWhatWasAsked() {
    ByteBuffer content = Bytes.random(3 * CHUNK + 100, 7);
    Await.result(client.put(content, "/positions", PutOptions.DEFAULT));
    AsyncFileReader reader = Await.result(client.open("/positions"));
    int[][] ranges = {
      {0, 1}, {CHUNK - 1, 2}, {CHUNK, CHUNK}, {100, 3 * CHUNK}, {3 * CHUNK + 99, 1}, {16_383, 2}
    };
    for (int[] range : ranges) {
      ByteBuffer target = ByteBuffer.allocate(range[1]);
      assertThat(Await.result(reader.read(range[0], target))).isEqualTo(range[1]);
      assertThat(target.flip()).isEqualTo(content.slice(range[0], range[1]));
    }
    ByteBuffer beyond = ByteBuffer.allocate(10);
    assertThat(Await.result(reader.read(3 * CHUNK + 95, beyond))).isEqualTo(5);
    assertThat(Await.result(reader.read(3 * CHUNK + 100, ByteBuffer.allocate(1)))).isEqualTo(-1);
    assertThat(Await.result(reader.read(Long.MAX_VALUE, ByteBuffer.allocate(1)))).isEqualTo(-1);
    Await.result(reader.close());
  }

  @Test
  void flush_publishesAPrefix_thatGrows() {
    ByteBuffer content = Bytes.random(CHUNK + 40_000, 3);
    AsyncFileWriter writer = Await.result(client.create("/flushed", PutOptions.DEFAULT));
    assertThat(failure(client.stat("/flushed")).code()).isEqualTo(ErrorCode.NOT_FOUND);
    int[] ends = {1, 20_000, 20_001, CHUNK - 1, CHUNK + 5, CHUNK + 40_000};
    int at = 0;
    for (int end : ends) {
      Await.result(writer.write(content.slice(at, end - at)));
      assertThat(Await.result(writer.flush())).isEqualTo(end);
      assertThat(Await.result(client.get("/flushed", 2 * CHUNK))).isEqualTo(content.slice(0, end));
      at = end;
    }
    assertThat(Await.result(writer.close()).length()).isEqualTo(content.limit());
    assertThat(Await.result(client.get("/flushed", 2 * CHUNK))).isEqualTo(content);
  }

  @Test
  void abort_leavesNothing() {
    AsyncFileWriter writer = Await.result(client.create("/aborted", PutOptions.DEFAULT));
    Await.result(writer.write(Bytes.random(2 * CHUNK, 1)));
    Await.result(writer.abort());
    assertThat(failure(client.stat("/aborted")).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void reader_goesOnInItsGeneration_whenTheFileIsReplaced() {
    ByteBuffer before = Bytes.random(2 * CHUNK, 1);
    Await.result(client.put(before, "/replaced", PutOptions.DEFAULT));
    AsyncFileReader reader = Await.result(client.open("/replaced"));
    Await.result(
        client.put(Bytes.random(10, 2), "/replaced", PutOptions.DEFAULT.withOverwrite(true)));
    ByteBuffer back = ByteBuffer.allocate(2 * CHUNK);
    Await.result(reader.read(0, back));
    assertThat(back.flip()).isEqualTo(before);
    assertThat(Await.result(client.get("/replaced", CHUNK))).isEqualTo(Bytes.random(10, 2));
  }

  @Test
  void appended_bytesFollowWhatWasThere_andReadersGoOnWithWhatTheyOpened() {
    ByteBuffer content = Bytes.random(2 * CHUNK + 70_000, 5);
    Await.result(client.put(content.slice(0, 70_000), "/log", PutOptions.DEFAULT));
    AsyncFileReader reader = Await.result(client.open("/log"));
    AsyncFileWriter writer = Await.result(client.append("/log"));
    Await.result(writer.write(content.slice(70_000, 100)));
    assertThat(Await.result(writer.flush())).isEqualTo(70_100);
    assertThat(Await.result(client.get("/log", CHUNK))).isEqualTo(content.slice(0, 70_100));
    Await.result(writer.write(content.slice(70_100, 2 * CHUNK - 100)));
    assertThat(Await.result(writer.close()).length()).isEqualTo(content.limit());

    assertThat(Await.result(client.get("/log", 3 * CHUNK))).isEqualTo(content);
    ByteBuffer opened = ByteBuffer.allocate(CHUNK);
    assertThat(Await.result(reader.read(0, opened))).isEqualTo(70_000);
    assertThat(opened.flip()).isEqualTo(content.slice(0, 70_000));
    Await.result(reader.close());
  }

  @Test
  void memoryLevel_isReadableAtOnce_andTold() {
    ByteBuffer content = Bytes.random(2 * CHUNK + 5, 8);
    FilePolicy policy = FilePolicy.DEFAULT.withAckLevel(AckLevel.MEMORY);
    AsyncFileWriter writer =
        Await.result(client.create("/memory", PutOptions.DEFAULT.withPolicy(policy)));
    for (int at = 0; at < content.limit(); at += 300_000) {
      int length = Math.min(300_000, content.limit() - at);
      Await.result(writer.write(content.slice(at, length)));
      assertThat(Await.result(writer.flush())).isEqualTo(at + length);
      assertThat(Await.result(client.get("/memory", 3 * CHUNK)))
          .isEqualTo(content.slice(0, at + length));
    }
    assertThat(Await.result(writer.close()).policy().ackLevel()).isEqualTo(AckLevel.MEMORY);
    assertThat(Await.result(client.stat("/memory")).policy().ackLevel()).isEqualTo(AckLevel.MEMORY);
    assertThat(Await.result(client.get("/memory", 3 * CHUNK))).isEqualTo(content);
  }

  @Test
  void truncated_fileEndsThere_andGoesOnFromThere() {
    ByteBuffer content = Bytes.random(3 * CHUNK, 6);
    ByteBuffer other = Bytes.random(CHUNK, 7);
    Await.result(client.put(content, "/cut", PutOptions.DEFAULT));
    AsyncFileReader reader = Await.result(client.open("/cut"));
    assertThat(Await.result(client.truncate("/cut", CHUNK + 5)).length()).isEqualTo(CHUNK + 5);
    AsyncFileWriter writer = Await.result(client.append("/cut"));
    Await.result(writer.write(other));
    Await.result(writer.close());

    ByteBuffer back = Await.result(client.get("/cut", 3 * CHUNK));
    assertThat(back.remaining()).isEqualTo(2 * CHUNK + 5);
    assertThat(back.slice(0, CHUNK + 5)).isEqualTo(content.slice(0, CHUNK + 5));
    assertThat(back.slice(CHUNK + 5, CHUNK)).isEqualTo(other);
    ByteBuffer opened = ByteBuffer.allocate(3 * CHUNK);
    Await.result(reader.read(0, opened));
    assertThat(opened.flip()).as("what was opened before the cut").isEqualTo(content);
    assertThat(failure(client.truncate("/cut", 3 * CHUNK)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    Await.result(reader.close());
  }

  @Test
  void fence_stopsAWriterThatWasFlushed() {
    AsyncFileWriter writer = Await.result(client.create("/fenced", PutOptions.DEFAULT));
    Await.result(writer.write(Bytes.random(100, 1)));
    Await.result(writer.flush());
    Await.result(client.fence("/fenced"));
    Await.result(writer.write(Bytes.random(100, 2)));
    assertThat(failure(writer.flush()).code()).isIn(ErrorCode.STALE_GENERATION, ErrorCode.FENCED);
    Await.result(writer.abort());
    assertThat(Await.result(client.get("/fenced", 1_000))).isEqualTo(Bytes.random(100, 1));
  }

  @Test
  void manyFiles_allInFlight_areAllThere() {
    List<CompletableFuture<FileStatus>> puts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      puts.add(client.put(Bytes.random(i * 37, i), "/many-" + i, PutOptions.DEFAULT));
    }
    puts.forEach(Await::result);
    List<CompletableFuture<ByteBuffer>> gets = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      gets.add(client.get("/many-" + i, CHUNK));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(Await.result(gets.get(i))).as("file %d", i).isEqualTo(Bytes.random(i * 37, i));
    }
  }

  @Test
  void put_fromAPathThatIsMissingOrADirectory_isRefused(@TempDir Path local) throws IOException {
    assertThat(failure(client.put(local.resolve("none"), "/none", PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure(client.put(local, "/none", PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure(client.stat("/none")).code()).isEqualTo(ErrorCode.NOT_FOUND);
    Path file = Files.write(local.resolve("f"), Bytes.random(CHUNK + 1, 5).array());
    assertThat(Await.result(client.put(file, "/from-path", PutOptions.DEFAULT)).length())
        .isEqualTo(CHUNK + 1);
  }

  @Test
  void badNames_areRefusedBeforeAnythingIsSent() {
    for (String bad :
        List.of(
            "relative",
            "",
            "/a/../b",
            "/./a",
            "/a\0b",
            "/" + "n".repeat(256),
            "/" + "é".repeat(128))) {
      assertThat(failure(client.mkdir(bad, false)).code())
          .as("'%s'", bad)
          .isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(failure(client.put(Bytes.random(1, 1), bad, PutOptions.DEFAULT)).code())
          .as("'%s'", bad)
          .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
    Await.result(client.mkdir("/" + "n".repeat(255), false));
  }

  private static ShoalException failure(CompletableFuture<?> future) {
    return Await.failure(future);
  }
}
