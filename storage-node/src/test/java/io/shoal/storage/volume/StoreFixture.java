package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.IndexConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What tests of a store say in one line. The bytes of a chunk follow from its id, so that any range
 * of it can be checked.
 */
abstract class StoreFixture {
  static final int BLOCK = 16 << 10;
  static final int LIMIT = 16 << 20;
  static final int SMALL = 256 << 10;
  static final long NONCE = 0x5EED;
  static final long EXPIRES = 1_000_000;

  /** Frames of two blocks, so that small chunks take several. */
  static final ChunkConfig CHUNKS =
      new ChunkConfig(SMALL, 2 * BLOCK, true, true, 2, 2, 100, 64 << 20, 4 << 20, 100, 16 << 20);

  static final StoreConfig CONFIG = new StoreConfig(CHUNKS, IndexConfig.defaults(), 1 << 20);

  abstract ChunkStore store();

  /** Waits for a result; throws the {@link ShoalException} that it failed with. */
  abstract <T> T await(CompletableFuture<T> future);

  abstract ByteBuf buffer(byte[] bytes);

  static ChunkId id(long value) {
    return new ChunkId(value);
  }

  /** Returns a range of what a chunk is filled with. */
  static byte[] content(ChunkId chunk, int offset, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      long mixed = (chunk.value() * 31 + offset + i) * 0x9E3779B97F4A7C15L;
      bytes[i] = (byte) (mixed >>> 40);
    }
    return bytes;
  }

  static WriterRequest request(ChunkId chunk) {
    return new WriterRequest(chunk, NONCE, LIMIT, EXPIRES);
  }

  static WriterRequest request(ChunkId chunk, AckLevel level) {
    return new WriterRequest(chunk, NONCE, LIMIT, EXPIRES, level);
  }

  ChunkWriter open(ChunkId chunk) {
    return await(store().openWriter(request(chunk)));
  }

  CompletableFuture<Integer> append(ChunkWriter writer, ChunkId chunk, int offset, int length) {
    byte[] bytes = content(chunk, offset, length);
    return writer.append(offset, Crc32c.of(bytes), buffer(bytes));
  }

  /** Appends up to a length, in frames of a size. */
  void fill(ChunkWriter writer, ChunkId chunk, int from, int to, int frameBytes) {
    for (int offset = from; offset < to; offset += frameBytes) {
      int end = Math.min(to, offset + frameBytes);
      assertThat(await(append(writer, chunk, offset, end - offset))).isEqualTo(end);
    }
  }

  /** Writes a whole chunk and closes it. */
  void write(ChunkId chunk, int length, int frameBytes) {
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, length, frameBytes);
    assertThat(await(writer.finish())).isEqualTo(durable(chunk, length));
    writer.close();
  }

  static DurableLength durable(ChunkId chunk, int length) {
    return new DurableLength(length, Crc32c.of(content(chunk, 0, length)));
  }

  /** Reads a range and checks the checksum of each frame. */
  byte[] read(ChunkId chunk, int offset, int length) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ChunkReader reader = await(store().openReader(chunk, offset, length))) {
      while (reader.hasNext()) {
        ReadFrame frame = await(reader.next());
        try {
          assertThat(frame.offset()).isEqualTo(offset + bytes.size());
          assertThat(frame.crc32c()).isEqualTo(Crc32c.of(frame.payload()));
          byte[] payload = new byte[frame.payload().readableBytes()];
          frame.payload().readBytes(payload);
          bytes.writeBytes(payload);
        } finally {
          frame.payload().release();
        }
      }
    }
    return bytes.toByteArray();
  }

  void assertReads(ChunkId chunk, int offset, int length) {
    // Not assertThat: it would print megabytes.
    if (!Arrays.equals(read(chunk, offset, length), content(chunk, offset, length))) {
      throw new AssertionError(
          "chunk " + chunk + " [" + offset + ", +" + length + "): other bytes than were written");
    }
  }

  /**
   * Checks that a place has all blocks of a range, with what the chunk was filled with and its
   * checksums.
   */
  static void assertHolds(ChunkPlace place, ChunkId chunk, int offset, int length) {
    assertThat(place.begin()).isEqualTo(offset / BLOCK * BLOCK);
    assertThat(place.end()).isGreaterThanOrEqualTo(offset + length);
    byte[] expected = content(chunk, place.begin(), place.end() - place.begin());
    byte[] actual = new byte[expected.length];
    int inFile = actual.length - place.inline().remaining();
    if (place.file() != null) {
      try (FileChannel file = FileChannel.open(place.file(), StandardOpenOption.READ)) {
        ByteBuffer target = ByteBuffer.wrap(actual, 0, inFile);
        while (target.hasRemaining()) {
          assertThat(file.read(target, place.begin() + target.position())).isPositive();
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    place.inline().duplicate().get(actual, inFile, actual.length - inFile);
    if (!Arrays.equals(actual, expected)) {
      throw new AssertionError(place + " has other bytes than were written");
    }
    for (int block = 0; block < place.blockCrcs().length; block++) {
      int end = Math.min(actual.length, (block + 1) * BLOCK);
      assertThat(place.blockCrcs()[block])
          .isEqualTo(Crc32c.of(actual, block * BLOCK, end - block * BLOCK));
    }
    assertThat(place.blockCrcs()).hasSize((actual.length + BLOCK - 1) / BLOCK);
  }

  ErrorCode failureOf(CompletableFuture<?> future) {
    try {
      Object result = await(future);
      throw new AssertionError("result: " + result + " (expected: a failure)");
    } catch (ShoalException failure) {
      return failure.code();
    }
  }

  ChunkDescription describe(ChunkId chunk) {
    return await(store().describe(List.of(chunk))).get(0);
  }
}
