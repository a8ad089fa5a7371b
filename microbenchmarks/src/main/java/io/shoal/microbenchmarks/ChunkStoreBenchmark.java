package io.shoal.microbenchmarks;

import io.netty.buffer.ByteBuf;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.id.ChunkId;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.NodeIdentity;
import io.shoal.storage.volume.StoreConfig;
import io.shoal.storage.volume.VolumeDirectories;
import io.shoal.storage.volume.VolumeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** A node's chunks on a real disk, without the network: sixteen callers that wait. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Threads(16)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class ChunkStoreBenchmark {
  private static final int SMALL_BYTES = 4 << 10;
  private static final int LARGE_BYTES = 16 << 20;
  private static final int FRAME_BYTES = 1 << 20;
  private static final int SMALL_CHUNKS = 1_000;

  private static final ChunkId LARGE = new ChunkId(1);

  private final BufferPool pool = BufferPool.create(BufferSettings.withMaxBytes(128 << 20));
  private final AtomicLong nextChunk = new AtomicLong(SMALL_CHUNKS + 2);
  private final OpenStore opened = new OpenStore();

  /** Opens a store with a large chunk and some small ones. */
  @Setup
  public void open() throws IOException {
    opened.open(pool);
    write(LARGE, LARGE_BYTES);
    for (int i = 0; i < SMALL_CHUNKS; i++) {
      write(new ChunkId(2 + i), SMALL_BYTES);
    }
  }

  /** Removes it. */
  @TearDown
  public void close() throws IOException {
    opened.close();
  }

  /** Writes a chunk of 4 KiB, durably. */
  @Benchmark
  public long writeSmall() {
    return write(new ChunkId(nextChunk.getAndIncrement()), SMALL_BYTES);
  }

  /** Reads a chunk of 4 KiB. */
  @Benchmark
  public int readSmall() {
    int chunk = 2 + ThreadLocalRandom.current().nextInt(SMALL_CHUNKS);
    return read(new ChunkId(chunk), 0, SMALL_BYTES);
  }

  /** Reads 4 KiB of a large chunk. */
  @Benchmark
  public int readRange() {
    int offset = ThreadLocalRandom.current().nextInt(LARGE_BYTES - SMALL_BYTES);
    return read(LARGE, offset, SMALL_BYTES);
  }

  /** Finds out where 4 MiB of a large chunk lie. */
  @Benchmark
  public int findPlace() {
    return opened.store().findPlace(LARGE, 4 << 20, 4 << 20).join().end();
  }

  private long write(ChunkId chunk, int length) {
    WriterRequest request = new WriterRequest(chunk, 1, LARGE_BYTES, Long.MAX_VALUE);
    try (ChunkWriter writer = opened.store().openWriter(request).join()) {
      for (int offset = 0; offset < length; offset += FRAME_BYTES) {
        int bytes = Math.min(FRAME_BYTES, length - offset);
        ByteBuf payload = pool.allocator().directBuffer(bytes, bytes).writeZero(bytes);
        writer.append(offset, Crc32c.of(payload), payload).join();
      }
      return writer.finish().join().bytes();
    }
  }

  private int read(ChunkId chunk, int offset, int length) {
    int sum = 0;
    try (ChunkReader reader = opened.store().openReader(chunk, offset, length).join()) {
      while (reader.hasNext()) {
        ReadFrame frame = reader.next().join();
        sum += frame.crc32c();
        frame.payload().release();
      }
    }
    return sum;
  }

  /** A store in a directory of its own. */
  private static final class OpenStore {
    private final TemporaryDirectory directory = new TemporaryDirectory("chunks");
    private volatile List<ChunkStore> opened = List.of();

    void open(BufferPool pool) throws IOException {
      Path volume = directory.create().resolve("volume");
      opened =
          List.of(
              VolumeSet.open(
                      VolumeDirectories.claim(List.of(volume)),
                      new NodeIdentity("microbenchmark", new UUID(1, 2)),
                      StoreConfig.defaults(),
                      pool.allocator(),
                      TimeSource.system(),
                      TemporaryDirectory::failed)
                  .join());
    }

    ChunkStore store() {
      return opened.get(0);
    }

    void close() throws IOException {
      store().close().join();
      directory.delete();
    }
  }
}
