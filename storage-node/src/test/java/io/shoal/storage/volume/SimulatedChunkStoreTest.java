package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedChunkStoreTest extends ChunkStoreContract {
  private final SimulatedNode node = new SimulatedNode(2, CONFIG, System.nanoTime());
  private ChunkStore store = node.start();

  @AfterEach
  void closeAndCheck() {
    await(store.close());
    node.faults.assertNone();
    assertThat(node.allocator.unreleased()).as("buffers that nobody released").isZero();
    assertThat(node.disks)
        .allMatch(
            disk -> disk.overwritten().stream().noneMatch(name -> name.startsWith("chunks/")));
  }

  @Test
  void findPlace_volumeIsNoDirectory_isUnsupported() {
    ChunkId chunk = id(3);
    write(chunk, SMALL + 1, 100_000);
    assertThat(failureOf(store().findPlace(chunk, 0, 1))).isEqualTo(ErrorCode.UNSUPPORTED);
  }

  @Override
  ChunkStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    return node.run(future);
  }

  @Override
  ByteBuf buffer(byte[] bytes) {
    return node.buffer(bytes);
  }

  @Override
  void restart() {
    await(store.close());
    store = node.start();
  }
}
