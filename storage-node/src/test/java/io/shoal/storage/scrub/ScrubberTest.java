package io.shoal.storage.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.TransportSettings;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.heartbeat.Audit;
import io.shoal.storage.heartbeat.Suspicions;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.NodeIdentity;
import io.shoal.storage.volume.StoreConfig;
import io.shoal.storage.volume.VolumeDirectories;
import io.shoal.storage.volume.VolumeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real volumes, and a clock that stands still. */
class ScrubberTest {
  private static final int CHUNKS = 20;
  private static final int LENGTH = 300_000;
  private static final Duration PERIOD = Duration.ofSeconds(1_000);

  @TempDir private Path directory;
  private final FakeClock clock = new FakeClock();
  private final RecordedFaults faults = new RecordedFaults();
  private final Suspicions suspicions = new Suspicions();
  private final Audit audit = new Audit();
  private final EventLoops loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);
  private final GrpcChunkTransport transport =
      new GrpcChunkTransport(
          loops, RpcSettings.defaults(), TransportSettings.defaults(), clock, clock);
  private ChunkStore store;
  private Scrubber scrubber;

  @BeforeEach
  void openVolumes() {
    store =
        Await.result(
            VolumeSet.open(
                VolumeDirectories.claim(List.of(directory.resolve("a"), directory.resolve("b"))),
                new NodeIdentity("cluster", new UUID(1, 2)),
                new StoreConfig(
                    StoreConfig.defaults().chunks(), StoreConfig.defaults().index(), 1 << 20),
                UnpooledByteBufAllocator.DEFAULT,
                TimeSource.system(),
                faults));
    for (int i = 1; i <= CHUNKS; i++) {
      write(i);
    }
  }

  private void write(int number) {
    byte[] bytes = new byte[LENGTH];
    new Random(number).nextBytes(bytes);
    try (ChunkWriter writer =
        Await.result(store.openWriter(new WriterRequest(new ChunkId(number), 1, LENGTH, 1)))) {
      Await.result(writer.append(0, Crc32c.of(bytes), Unpooled.wrappedBuffer(bytes)));
      Await.result(writer.finish());
    }
  }

  @AfterEach
  void close() {
    if (scrubber != null) {
      Await.result(scrubber.close());
    }
    transport.close();
    Await.result(store.close());
    loops.close();
    faults.assertNone();
  }

  private void start(ScrubConfig config) {
    scrubber =
        new Scrubber(
            new Replicas(transport, loops.executor(), new Random(1), faults),
            suspicions,
            audit,
            config,
            clock,
            clock,
            loops.executor(),
            faults);
    scrubber.start(store);
  }

  /** Lets time pass, step by step, until a pass is over; returns how long it took. */
  private Duration passes(long number) {
    long began = clock.nanoTime();
    while (scrubber.progress().passes() < number) {
      Await.until(
          "a pause or the end",
          () -> clock.pendingTasks() == 1 || scrubber.progress().passes() == number);
      if (scrubber.progress().passes() < number) {
        clock.advanceToNext();
      }
    }
    return Duration.ofNanos(clock.nanoTime() - began);
  }

  @Test
  void pass_readsAllChunks_spreadOverThePeriod_andThenRests() {
    start(new ScrubConfig(PERIOD, 1 << 30));
    Duration took = passes(1);
    assertThat(scrubber.progress()).isEqualTo(new Scrubber.Progress(1, CHUNKS, CHUNKS * LENGTH, 0));
    assertThat(scrubber.pass())
        .isEqualTo(
            new Scrubber.Pass(
                new ScrubNote(null, CHUNKS * LENGTH, 0, clock.wallMillis(), 0), CHUNKS * LENGTH));
    assertThat(took).isBetween(PERIOD.multipliedBy(7).dividedBy(10), PERIOD);

    Await.until("it rests", () -> clock.pendingTasks() == 1);
    clock.advance(PERIOD.minus(took).minusSeconds(1));
    assertThat(scrubber.progress().chunks()).isEqualTo(CHUNKS);
    passes(2);
    assertThat(scrubber.progress().chunks()).isEqualTo(2 * CHUNKS);
  }

  @Test
  void pass_periodIsTooShort_readsNoFasterThanItMay() {
    start(new ScrubConfig(Duration.ofSeconds(1), LENGTH));
    assertThat(passes(1)).isBetween(Duration.ofSeconds(CHUNKS - 2), Duration.ofSeconds(CHUNKS + 1));
  }

  /** A pass that began with next to nothing must not crawl through what came since. */
  @Test
  void pass_muchIsWrittenMeanwhile_isStillOverWithinThePeriod() {
    for (int i = 2; i <= CHUNKS; i++) {
      Await.result(store.delete(List.of(new ChunkId(i))));
    }
    start(new ScrubConfig(PERIOD, 1 << 30));
    Await.until("it pauses behind the first", () -> clock.pendingTasks() == 1);
    for (int i = CHUNKS + 1; i <= 3 * CHUNKS; i++) {
      write(i);
    }
    assertThat(passes(1)).isLessThan(PERIOD.multipliedBy(2));
    assertThat(scrubber.progress().chunks()).isEqualTo(1 + 2 * CHUNKS);
  }

  @Test
  void damagedChunk_isSuspected() throws IOException {
    damageOneFile();
    start(new ScrubConfig(PERIOD, 1 << 30));
    passes(1);
    assertThat(scrubber.progress().damaged()).isEqualTo(1);
    assertThat(scrubber.progress().chunks()).isEqualTo(CHUNKS);
  }

  private void damageOneFile() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("a").resolve("chunks"))) {
      Path file = files.filter(path -> path.toFile().length() > 200_000).findAny().orElseThrow();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 100_000);
      }
    }
  }

  @Test
  void restart_goesOnWhereItWasNoted() {
    Await.result(store.noteScrub(new ScrubNote(new ChunkId(15), 15 * LENGTH, 3, 77, 8)));
    start(new ScrubConfig(PERIOD, 1 << 30));
    passes(1);
    assertThat(scrubber.progress().chunks()).isEqualTo(5);
    ScrubNote ended = new ScrubNote(null, CHUNKS * LENGTH, 3, clock.wallMillis(), 3);
    assertThat(scrubber.pass().note()).isEqualTo(ended);
    Await.until("that is noted", () -> Await.result(store.scrubNote()).equals(ended));
    passes(2);
    assertThat(scrubber.progress().chunks()).isEqualTo(5 + CHUNKS);
  }

  @Test
  void deletedChunk_isNoDamage() {
    start(new ScrubConfig(PERIOD, 1 << 30));
    Await.until("the page is listed", () -> clock.pendingTasks() == 1);
    Await.result(store.delete(List.of(new ChunkId(7), new ChunkId(8))));
    passes(1);
    assertThat(scrubber.progress().damaged()).isZero();
  }

  @Test
  void noChunks_rests() {
    for (int i = 1; i <= CHUNKS; i++) {
      Await.result(store.delete(List.of(new ChunkId(i))));
    }
    start(new ScrubConfig(PERIOD, 1 << 30));
    Await.until("it rests", () -> clock.pendingTasks() == 1);
    assertThat(scrubber.progress()).isEqualTo(new Scrubber.Progress(1, 0, 0, 0));
  }

  @Test
  void close_nothingIsLeftWaiting() {
    start(new ScrubConfig(PERIOD, 1 << 30));
    Await.until("it pauses", () -> clock.pendingTasks() == 1);
    Await.result(scrubber.close());
    assertThat(clock.pendingTasks()).isZero();
  }
}
