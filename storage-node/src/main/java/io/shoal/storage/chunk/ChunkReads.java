package io.shoal.storage.chunk;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.index.ChunkContent;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens chunks of a volume for reading. Thread-safe. */
final class ChunkReads {
  private static final Logger logger = LoggerFactory.getLogger(ChunkReads.class);

  /** Longer ranges may be read past the page cache: what is read through it costs far more. */
  private static final int BULK_BYTES = 256 << 10;

  private final ChunkParts parts;
  private final ChunkFiles files;
  private final FreshRecords records;
  private final RecentRanges recent = RecentRanges.ofThisMachine();
  private final AtomicInteger openReaders = new AtomicInteger();

  ChunkReads(ChunkParts parts, ChunkFiles files, FreshRecords records) {
    this.parts = parts;
    this.files = files;
    this.records = records;
  }

  int openReaders() {
    return openReaders.get();
  }

  /** Opens a range; the arguments are those of {@code ChunkStore.openReader}, checked already. */
  void open(ChunkId chunk, int offset, int length, CompletableFuture<ChunkReader> answer) {
    int firstBytes = RangeReader.frameEnd(offset, offset + length, frameBytes()) - offset;
    var unused =
        parts
            .pools()
            .read()
            .submit(firstBytes, () -> open(chunk, offset, length))
            .whenComplete(
                (reader, failure) -> {
                  if (reader == null) {
                    answer.completeExceptionally(failure);
                  } else if (!answer.complete(reader)) {
                    reader.close();
                  }
                });
  }

  /** Finds where a range lies; the arguments are as those of {@link #open}. */
  CompletableFuture<ChunkPlace> find(ChunkId chunk, int offset, int length) {
    if (!parts.config().localReads()) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.UNSUPPORTED,
              "chunk " + chunk,
              "the node tells nobody where its files are"));
    }
    return parts.pools().read().submit(0, () -> place(chunk, offset, length));
  }

  private ChunkPlace place(ChunkId chunk, int offset, int length) {
    ChunkContent content = content(chunk, offset, length);
    int begin = Blocks.wholeBytes(offset);
    int end = Math.min(content.lengthBytes(), Blocks.count(offset + length) * Blocks.BLOCK_BYTES);
    int[] blockCrcs = new int[Blocks.count(end - begin)];
    for (int i = 0; i < blockCrcs.length; i++) {
      blockCrcs[i] = content.blockCrc(Blocks.whole(begin) + i);
    }
    int fileEnd = Math.max(begin, Math.min(end, content.inlineStart()));
    return new ChunkPlace(
        fileEnd == begin ? null : localPath(chunk),
        begin,
        end,
        blockCrcs,
        fileEnd == end ? ByteBuffer.allocate(0) : content.inline(fileEnd, end - fileEnd),
        !parts.config().directReads() || recent.touch(chunk, offset));
  }

  private Path localPath(ChunkId chunk) {
    ChunkHead head;
    try {
      head = records.head(chunk);
    } catch (IOException failure) {
      throw damaged(chunk, "its record can't be read: " + failure.getMessage(), failure);
    }
    if (head == null) {
      throw unknown(chunk);
    }
    Path path = files.localPath(chunk, head.fileSequence());
    if (path == null) {
      throw new ShoalException(
          ErrorCode.UNSUPPORTED, "chunk " + chunk, "its volume is not a directory of this machine");
    }
    return path;
  }

  private ChunkReader open(ChunkId chunk, int offset, int length) {
    ChunkContent content = content(chunk, offset, length);
    int end = offset + length;
    DiskFile file = offset < content.inlineStart() ? openFile(chunk, length) : null;
    BlockReader blocks = new BlockReader(chunk, content, file, parts.allocator());
    ReadFrame first;
    try {
      first = blocks.read(offset, RangeReader.frameEnd(offset, end, frameBytes()) - offset);
    } catch (ShoalException failure) {
      close(file);
      throw failure;
    }
    openReaders.incrementAndGet();
    return new RangeReader(
        blocks, file, parts.pools().read(), frameBytes(), end, first, this::closed);
  }

  /** Returns the content of a chunk that has all of a range. */
  private ChunkContent content(ChunkId chunk, int offset, int length) {
    ChunkHead head;
    ChunkContent content;
    try {
      head = records.head(chunk);
      content = head == null ? null : records.content(head);
    } catch (IOException failure) {
      throw damaged(chunk, "its record can't be read: " + failure.getMessage(), failure);
    }
    if (head == null || content == null) {
      throw unknown(chunk);
    }
    int end = offset + length;
    if (end > content.lengthBytes()) {
      // Rule D4: the end of this replica says nothing about the end of the chunk.
      throw new ShoalException(
          ErrorCode.REPLICA_SHORT,
          "chunk " + chunk,
          "range ends at "
              + end
              + " (expected: at most the durable length, "
              + content.lengthBytes()
              + ")");
    }
    return content;
  }

  /**
   * Opens the file that a content belongs to. The head may be older than the content: the chunk can
   * have got its file in between, so the number is looked up again.
   */
  private DiskFile openFile(ChunkId chunk, int length) {
    try {
      ChunkHead head = records.head(chunk);
      if (head == null) {
        throw unknown(chunk);
      }
      return files.open(
          chunk, head.fileSequence(), parts.config().directReads() && length > BULK_BYTES);
    } catch (NoSuchFileException missing) {
      throw missing(chunk, missing);
    } catch (IOException failure) {
      throw damaged(chunk, "can't be opened: " + failure, failure);
    }
  }

  /** Finds out why the file is not there: deleted with its record since that was read, or lost. */
  private ShoalException missing(ChunkId chunk, NoSuchFileException missing) {
    try {
      return records.head(chunk) == null
          ? unknown(chunk)
          : damaged(chunk, "its file is missing: " + missing.getMessage(), missing);
    } catch (IOException failure) {
      return damaged(chunk, "its record can't be read: " + failure.getMessage(), failure);
    }
  }

  private int frameBytes() {
    return parts.config().readFrameBytes();
  }

  private void closed(@Nullable IOException failure) {
    openReaders.decrementAndGet();
    if (failure != null) {
      logger.warn(
          "volume {}: a file that was read does not close", parts.guard().volume(), failure);
    }
  }

  private void close(@Nullable DiskFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException failure) {
      logger.warn(
          "volume {}: a file that was read does not close", parts.guard().volume(), failure);
    }
  }

  /** Says that an index can't be read; another replica's can. */
  static ShoalException indexFailed(VolumeId volume, IOException failure) {
    logger.error("volume {}: its index can't be read", volume, failure);
    return new ShoalException(
        ErrorCode.UNAVAILABLE,
        "volume " + volume,
        "index can't be read: " + failure.getMessage(),
        failure);
  }

  private static ShoalException unknown(ChunkId chunk) {
    return new ShoalException(
        ErrorCode.CHUNK_UNKNOWN, "chunk " + chunk, "no such chunk on this volume");
  }

  private static ShoalException damaged(ChunkId chunk, String what, IOException cause) {
    return new ShoalException(ErrorCode.CHECKSUM_MISMATCH, "chunk " + chunk, what, cause);
  }
}
