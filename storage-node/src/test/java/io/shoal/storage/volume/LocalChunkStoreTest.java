package io.shoal.storage.volume;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.TimeSource;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real thing: files, RocksDB, threads. */
@ExtendWith(NoLeaks.class)
class LocalChunkStoreTest extends ChunkStoreContract {
  private static final NodeIdentity OWNER = new NodeIdentity("cluster", new UUID(1, 2));

  @TempDir private Path directory;

  private final RecordedFaults faults = new RecordedFaults();
  private ChunkStore store;

  @BeforeEach
  void start() {
    VolumeDirectories directories =
        VolumeDirectories.claim(List.of(directory.resolve("a"), directory.resolve("b")));
    store =
        Await.result(
            VolumeSet.open(
                directories,
                OWNER,
                CONFIG,
                UnpooledByteBufAllocator.DEFAULT,
                TimeSource.system(),
                faults));
  }

  @AfterEach
  void closeAndCheck() {
    Await.result(store.close());
    faults.assertNone();
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
