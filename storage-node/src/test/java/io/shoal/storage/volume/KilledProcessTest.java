package io.shoal.storage.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process with real files and RocksDB is killed while it writes; the next one has all that
 * it acknowledged.
 */
class KilledProcessTest extends StoreFixture {
  private static final NodeIdentity OWNER = new NodeIdentity("cluster", new UUID(1, 2));
  private static final Pattern ACK = Pattern.compile("ack (\\d+) (\\d+);");
  private static final int ACKS_BEFORE_KILL = 120;

  @TempDir private Path directory;
  private ChunkStore store;

  @Test
  void kill_whileWriting_losesNothingAcknowledged() throws IOException, InterruptedException {
    Map<ChunkId, Integer> acknowledged = new HashMap<>();
    for (int round = 1; round <= 2; round++) {
      acknowledged.putAll(acksOfAKilledProcess(round));
      RecordedFaults faults = new RecordedFaults();
      store = open(directory, faults);
      acknowledged.forEach(this::check);
      assertThat(store.reports()).allMatch(report -> report.health() == VolumeHealth.HEALTHY);
      await(store.close());
      faults.assertNone();
    }
  }

  private void check(ChunkId chunk, int length) {
    ChunkDescription found = describe(chunk);
    assertThat(found.state()).isEqualTo(State.CLOSED);
    assertThat(found.durable().bytes()).isGreaterThanOrEqualTo(length);
    assertReads(chunk, 0, found.durable().bytes());
  }

  private Map<ChunkId, Integer> acksOfAKilledProcess(int round)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Writer.class.getName(),
                directory.toString(),
                Integer.toString(round))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Map<ChunkId, Integer> acks = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
      int count = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher ack = ACK.matcher(line);
        if (ack.matches()) {
          acks.merge(id(Long.parseLong(ack.group(1))), Integer.parseInt(ack.group(2)), Math::max);
          count++;
        }
        if (count == ACKS_BEFORE_KILL) {
          // Not Process.destroyForcibly: it closes the stream with what was printed before.
          writer.toHandle().destroyForcibly();
        }
      }
    }
    writer.waitFor();
    assertThat(acks.size()).isGreaterThan(20);
    return acks;
  }

  private static ChunkStore open(Path directory, FaultHandler faults) {
    VolumeDirectories directories =
        VolumeDirectories.claim(List.of(directory.resolve("a"), directory.resolve("b")));
    return Await.result(
        VolumeSet.open(
            directories,
            OWNER,
            CONFIG,
            UnpooledByteBufAllocator.DEFAULT,
            TimeSource.system(),
            faults));
  }

  @Override
  ChunkStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    return Await.result(future);
  }

  @Override
  ByteBuf buffer(byte[] bytes) {
    return Unpooled.wrappedBuffer(bytes);
  }

  /**
   * The process that is killed: writes chunks of all kinds until then, and prints what was
   * acknowledged.
   */
  static final class Writer {
    private static final int STREAMS = 8;
    private static final int[] LENGTHS = {100, 4_096, 30_000, SMALL + 7, 5 * BLOCK, 700_000};

    private final ChunkStore store;
    private final AtomicLong nextChunk;

    private Writer(ChunkStore store, long firstChunk) {
      this.store = store;
      this.nextChunk = new AtomicLong(firstChunk);
    }

    public static void main(String[] args) {
      ChunkStore store = open(Path.of(args[0]), FaultHandler.haltingProcess());
      Writer writer = new Writer(store, Long.parseLong(args[1]) * 1_000_000);
      for (int i = 0; i < STREAMS; i++) {
        writer.writeNext();
      }
    }

    private void writeNext() {
      ChunkId chunk = id(nextChunk.getAndIncrement());
      int length = LENGTHS[(int) (chunk.value() % LENGTHS.length)];
      var unused =
          store.openWriter(request(chunk)).thenAccept(opened -> write(opened, chunk, length));
    }

    private void write(ChunkWriter opened, ChunkId chunk, int length) {
      int half = length / 2;
      append(opened, chunk, 0, half);
      var unused = opened.flush().thenAccept(durable -> print(chunk, durable));
      append(opened, chunk, half, length);
      unused =
          opened
              .finish()
              .thenAccept(
                  durable -> {
                    print(chunk, durable);
                    opened.close();
                    writeNext();
                  });
    }

    private static void append(ChunkWriter opened, ChunkId chunk, int from, int to) {
      byte[] bytes = content(chunk, from, to - from);
      var unused = opened.append(from, Crc32c.of(bytes), Unpooled.wrappedBuffer(bytes));
    }

    private static void print(ChunkId chunk, DurableLength durable) {
      System.out.println("ack " + chunk.value() + " " + durable.bytes() + ";");
    }
  }
}
