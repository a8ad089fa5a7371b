package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real thing: files, RocksDB, threads. */
@ExtendWith(NoLeaks.class)
class LocalChunkStoreTest extends ChunkStoreContract {
  private static final NodeIdentity OWNER = new NodeIdentity("cluster", new UUID(1, 2));

  @TempDir private Path directory;

  private final RecordedFaults faults = new RecordedFaults();
  private ChunkStore store;

  @BeforeEach
  void start() {
    start(CONFIG);
  }

  private void start(StoreConfig config) {
    VolumeDirectories directories =
        VolumeDirectories.claim(List.of(directory.resolve("a"), directory.resolve("b")));
    store =
        Await.result(
            VolumeSet.open(
                directories,
                OWNER,
                config,
                UnpooledByteBufAllocator.DEFAULT,
                TimeSource.system(),
                faults));
  }

  @AfterEach
  void closeAndCheck() {
    Await.result(store.close());
    faults.assertNone();
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALL + 1, SMALL + BLOCK, (1 << 20) + 3})
  void findPlace_largeChunk_isItsFileAndWhatIsInline(int length) {
    ChunkId chunk = id(3);
    write(chunk, length, 100_000);
    for (int begin : new int[] {0, 1, BLOCK, 3 * BLOCK - 1, length - BLOCK, length - 1}) {
      for (int bytes : new int[] {1, BLOCK, length}) {
        int end = Math.min(length, begin + bytes);
        ChunkPlace place = await(store.findPlace(chunk, begin, end - begin));
        assertHolds(place, chunk, begin, end - begin);
        assertThat(place.file() != null || begin >= length / BLOCK * BLOCK).isTrue();
      }
    }
  }

  @Test
  void findPlace_thenMoreIsWritten_staysTrue() {
    ChunkId chunk = id(3);
    ChunkWriter writer = open(chunk);
    Map<ChunkPlace, Integer> places = new LinkedHashMap<>();
    int before = 0;
    for (int length : new int[] {SMALL + 5, SMALL + 6, SMALL + BLOCK, 40 * BLOCK + 9}) {
      fill(writer, chunk, before, length, 10_000);
      await(writer.flush());
      places.put(await(store.findPlace(chunk, 0, length)), length);
      before = length;
    }
    await(writer.finish());
    writer.close();
    places.forEach((place, length) -> assertHolds(place, chunk, 0, length));
  }

  @Test
  void findPlace_again_isHot() {
    ChunkId chunk = id(3);
    write(chunk, 6 << 20, 1 << 20);
    assertThat(await(store.findPlace(chunk, 0, 1 << 20)).hot()).isFalse();
    assertThat(await(store.findPlace(chunk, 4 << 20, 1 << 20)).hot()).isFalse();
    assertThat(await(store.findPlace(chunk, 5 << 20, 1 << 20)).hot()).isTrue();
    assertThat(await(store.findPlace(chunk, 1 << 20, 1 << 20)).hot()).isTrue();
  }

  @Test
  void findPlace_switchedOff_isUnsupported() {
    Await.result(store.close());
    start(
        new StoreConfig(
            new ChunkConfig(
                SMALL, 2 * BLOCK, true, false, 2, 2, 100, 64 << 20, 4 << 20, 100, 16 << 20),
            CONFIG.index(),
            CONFIG.reserveBytes()));
    ChunkId chunk = id(3);
    write(chunk, SMALL + 1, 100_000);
    assertThat(failureOf(store.findPlace(chunk, 0, 1))).isEqualTo(ErrorCode.UNSUPPORTED);
    assertReads(chunk, 0, SMALL + 1);
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
    return UnpooledByteBufAllocator.DEFAULT
        .directBuffer(Math.max(1, bytes.length))
        .writeBytes(bytes);
  }

  @Override
  void restart() {
    Await.result(store.close());
    start();
  }
}
