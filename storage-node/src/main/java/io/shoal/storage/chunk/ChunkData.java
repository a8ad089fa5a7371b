package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an open chunk: whole blocks in its file, each written once and never again (rule
 * D1), and behind them what is in memory only. As long as the chunk may still become a small one,
 * that is all of it, and there is no file. Belongs to the chunk's shard; blocks.
 */
final class ChunkData {
  private final ChunkId chunk;
  private final ChunkParts parts;
  private final ChunkFiles files;
  private final FileSequences sequences;
  private final Permits bufferBudget;
  private final RoomPromise room;

  private @Nullable DiskFile file;
  private long sequence;

  /** Bytes in the file. */
  private int fileBytes;

  private boolean unsyncedData;
  private boolean unsyncedName;

  /**
   * Whether everything may end in the index: nothing was made durable before, nor written to a
   * file.
   */
  private boolean maybeSmall = true;

  /** What comes behind {@link #fileBytes}; null while that is nothing. */
  private @Nullable ByteBuf memory;

  /** For the bytes in memory, if they may be more than a block. */
  private @Nullable Permit memoryPermit;

  ChunkData(
      ChunkId chunk,
      ChunkParts parts,
      ChunkFiles files,
      FileSequences sequences,
      Permits bufferBudget,
      RoomPromise room) {
    this.chunk = chunk;
    this.parts = parts;
    this.files = files;
    this.sequences = sequences;
    this.bufferBudget = bufferBudget;
    this.room = room;
  }

  /**
   * Takes bytes over.
   *
   * @param payload borrows
   */
  void append(ByteBuf payload) throws IOException {
    int newLength = fileBytes + memoryBytes() + payload.readableBytes();
    if (maybeSmall && newLength <= parts.config().smallChunkBytes() && mayHold(newLength)) {
      keep(payload);
    } else {
      maybeSmall = false;
      writeWholeBlocks(payload);
    }
  }

  /**
   * Writes everything but what {@link #copyMemory} returns, which goes into the index record.
   *
   * @param closing whether nothing will follow
   * @return where the bytes lie
   */
  Place write(boolean closing) throws IOException {
    if (maybeSmall && closing) {
      parts.guard().checkRoom(memoryBytes());
      return Place.INDEX;
    }
    maybeSmall = false;
    writeWholeBlocks(Unpooled.EMPTY_BUFFER);
    return Place.FILE;
  }

  /** As {@link #write}, and waits until all of it is on stable storage. */
  Place sync(boolean closing) throws IOException {
    Place place = write(closing);
    DiskFile target = file;
    if (target != null && unsyncedData) {
      target.sync();
      unsyncedData = false;
    }
    // Rule D2: data, then name, and only then the index.
    if (unsyncedName) {
      files.syncName(chunk);
      unsyncedName = false;
    }
    return place;
  }

  /** Returns a copy of the bytes that lie in no file. */
  byte[] copyMemory() {
    byte[] copy = new byte[memoryBytes()];
    if (memory != null) {
      memory.getBytes(memory.readerIndex(), copy);
    }
    return copy;
  }

  /** Returns the local number of the file; 0 if there is none. */
  long sequence() {
    return sequence;
  }

  /**
   * Gives everything back.
   *
   * @param deleteFile whether nobody will ever read the file
   */
  void release(boolean deleteFile) throws IOException {
    dropMemory();
    room.release();
    DiskFile written = file;
    file = null;
    if (written != null) {
      written.close();
      if (deleteFile) {
        files.delete(chunk, sequence);
      }
    }
  }

  private int memoryBytes() {
    return memory == null ? 0 : memory.readableBytes();
  }

  /** Up to a block is free: the number of open chunks bounds it. */
  private boolean mayHold(int bytes) {
    if (bytes > Blocks.BLOCK_BYTES && memoryPermit == null) {
      memoryPermit = bufferBudget.tryAcquire(parts.config().smallChunkBytes());
    }
    return bytes <= Blocks.BLOCK_BYTES || memoryPermit != null;
  }

  private void writeWholeBlocks(ByteBuf payload) throws IOException {
    int held = memoryBytes();
    int whole = Blocks.wholeBytes(held + payload.readableBytes());
    if (whole == 0) {
      keep(payload);
      return;
    }
    parts.guard().checkRoom(whole);
    DiskFile target = openFile();
    unsyncedData = true;
    target.write(fileBytes, sources(payload, whole));
    fileBytes += whole;
    room.used(whole);
    keepRest(payload, whole);
  }

  private DiskFile openFile() throws IOException {
    DiskFile existing = file;
    if (existing != null) {
      return existing;
    }
    long number = sequences.take();
    DiskFile created = files.create(chunk, number);
    sequence = number;
    unsyncedName = true;
    file = created;
    return created;
  }

  /** Returns the first bytes of memory and payload, seen as one run. */
  private ByteBuffer[] sources(ByteBuf payload, int bytes) {
    int fromMemory = Math.min(memoryBytes(), bytes);
    int fromPayload = bytes - fromMemory;
    ByteBuffer[] ofPayload =
        fromPayload == 0
            ? new ByteBuffer[0]
            : payload.nioBuffers(payload.readerIndex(), fromPayload);
    if (fromMemory == 0 || memory == null) {
      return ofPayload;
    }
    ByteBuffer[] all = new ByteBuffer[1 + ofPayload.length];
    all[0] = memory.nioBuffer(memory.readerIndex(), fromMemory);
    System.arraycopy(ofPayload, 0, all, 1, ofPayload.length);
    return all;
  }

  /** Keeps what comes behind the bytes that were written: less than a block. */
  private void keepRest(ByteBuf payload, int written) {
    int held = memoryBytes();
    ByteBuf rest = null;
    if (memory != null && held > written) {
      rest = parts.allocator().directBuffer(Blocks.BLOCK_BYTES, Blocks.BLOCK_BYTES);
      rest.writeBytes(memory, memory.readerIndex() + written, held - written);
    }
    dropMemory();
    memory = rest;
    int skip = Math.max(0, written - held);
    keep(payload.slice(payload.readerIndex() + skip, payload.readableBytes() - skip));
  }

  private void keep(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      return;
    }
    if (memory == null) {
      memory =
          parts.allocator().directBuffer(maybeSmall ? bytes.readableBytes() : Blocks.BLOCK_BYTES);
    }
    memory.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
  }

  private void dropMemory() {
    if (memory != null) {
      memory.release();
      memory = null;
    }
    if (memoryPermit != null) {
      memoryPermit.release();
      memoryPermit = null;
    }
  }
}
