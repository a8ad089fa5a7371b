package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkContent;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of one chunk as it was at one moment, whole blocks at a time, and verifies each
 * against its stored checksum. Thread-safe; blocks.
 */
final class BlockReader {
  private final ChunkId chunk;
  private final ChunkContent content;
  private final @Nullable DiskFile file;
  private final ByteBufAllocator allocator;

  /**
   * Makes a reader.
   *
   * @param file borrows: where the bytes before the inline ones are; null if none of these will be
   *     read
   */
  BlockReader(
      ChunkId chunk, ChunkContent content, @Nullable DiskFile file, ByteBufAllocator allocator) {
    this.chunk = chunk;
    this.content = content;
    this.file = file;
    this.allocator = allocator;
  }

  /**
   * Reads a range within the chunk's length.
   *
   * @return the payload is owned by the caller
   * @throws ShoalException {@code CHECKSUM_MISMATCH} if a block is not what was stored, or can't be
   *     read
   */
  ReadFrame read(int offset, int length) {
    int end = offset + length;
    int from = Blocks.wholeBytes(offset);
    int to = Math.min(content.lengthBytes(), Blocks.count(end) * Blocks.BLOCK_BYTES);
    ByteBuf blocks = from >= content.inlineStart() ? inline(from, to) : readBlocks(from, to);
    try {
      int crc32c = verify(blocks, from, to, offset, end);
      return new ReadFrame(offset, crc32c, blocks.setIndex(offset - from, end - from));
    } catch (ShoalException mismatch) {
      blocks.release();
      throw mismatch;
    }
  }

  private ByteBuf inline(int from, int to) {
    return Unpooled.wrappedBuffer(content.inline(from, to - from));
  }

  private ByteBuf readBlocks(int from, int to) {
    int fileEnd = Math.min(to, content.inlineStart());
    ByteBuf blocks = allocate(to - from);
    try {
      readFile(from, fileEnd, blocks);
      if (to > fileEnd) {
        blocks.writeBytes(content.inline(fileEnd, to - fileEnd));
      }
      return blocks;
    } catch (IOException failure) {
      blocks.release();
      throw damaged(from, "can't be read: " + failure, failure);
    } catch (ShoalException tooShort) {
      blocks.release();
      throw tooShort;
    }
  }

  /** Returns an empty buffer that lies as the file wants it. */
  private ByteBuf allocate(int bytes) {
    int alignment = file == null ? 1 : file.alignmentBytes();
    ByteBuf buffer = allocator.directBuffer(bytes + alignment - 1, bytes + alignment - 1);
    int misplaced = buffer.nioBuffer(0, buffer.capacity()).alignmentOffset(0, alignment);
    int skip = misplaced == 0 ? 0 : alignment - misplaced;
    // Shares the reference count with what it is a part of.
    return alignment == 1 ? buffer : buffer.slice(skip, bytes).setIndex(0, 0);
  }

  private void readFile(int from, int fileEnd, ByteBuf blocks) throws IOException {
    if (file == null) {
      throw new IllegalStateException(
          "chunk " + chunk + ": no file to read [" + from + ", " + fileEnd + ") from");
    }
    int bytes = fileEnd - from;
    int count = file.read(from, blocks.nioBuffer(0, bytes));
    if (count != bytes) {
      throw damaged(
          from + count,
          "file ends at " + (from + count) + " (expected: at least " + fileEnd + ")",
          null);
    }
    blocks.writerIndex(bytes);
  }

  /**
   * Verifies blocks and returns the checksum of the range that is wanted, from stored checksums
   * where whole blocks are.
   */
  private int verify(ByteBuf blocks, int from, int to, int offset, int end) {
    int wanted = 0;
    for (int start = from; start < to; start += Blocks.BLOCK_BYTES) {
      int bytes = Math.min(Blocks.BLOCK_BYTES, to - start);
      int stored = content.blockCrc(Blocks.whole(start));
      int actual = Crc32c.of(blocks, start - from, bytes);
      if (actual != stored) {
        throw damaged(start, String.format("CRC32C: %08x (expected: %08x)", actual, stored), null);
      }
      int first = Math.max(start, offset);
      int last = Math.min(start + bytes, end);
      boolean all = last - first == bytes;
      wanted =
          Crc32c.combine(
              wanted, all ? stored : Crc32c.of(blocks, first - from, last - first), last - first);
    }
    return wanted;
  }

  private ShoalException damaged(int position, String what, @Nullable Throwable cause) {
    return new ShoalException(
        ErrorCode.CHECKSUM_MISMATCH,
        "chunk " + chunk,
        "block at " + Blocks.wholeBytes(position) + ": " + what,
        cause);
  }
}
