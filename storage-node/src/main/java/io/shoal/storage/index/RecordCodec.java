package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How records look on disk. Every value begins with its version (rule S3); numbers are big-endian,
 * so that keys sort as their numbers do when seen as unsigned.
 *
 * <pre>
 * chunk key        chunk id (8)
 * head             version (1) flags (1) length (4) crc32c (4) file sequence (8) nonce (8) expiry (8)
 * content          version (1) length (4) crc32c of each block (4 each) inline bytes (the rest)
 * unconfirmed key  expiry (8) chunk id (8)
 * sequences        version (1) first sequence not in use (8)
 * scrubbed         version (1) last chunk that was read (8)
 * </pre>
 */
final class RecordCodec {
  /** Bytes of a block, which decides how many checksums a length has. */
  static final int BLOCK_BYTES = 16 << 10;

  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = 34;
  private static final int CONTENT_HEADER_BYTES = 5;
  private static final int FLAG_CLOSED = 1;
  private static final int FLAG_IN_INDEX = 2;

  private RecordCodec() {}

  static byte[] chunkKey(ChunkId chunk) {
    return ByteBuffer.allocate(Long.BYTES).putLong(chunk.value()).array();
  }

  static byte[] unconfirmedKey(long expiresAtMillis, ChunkId chunk) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(expiresAtMillis)
        .putLong(chunk.value())
        .array();
  }

  static Unconfirmed unconfirmed(byte[] key) throws IOException {
    expectSize("unconfirmed key", key.length, 2 * Long.BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(key);
    return new Unconfirmed(buffer.getLong(), new ChunkId(buffer.getLong()));
  }

  static byte[] head(ChunkHead head) {
    int flags =
        (head.closed() ? FLAG_CLOSED : 0) | (head.place() == Place.INDEX ? FLAG_IN_INDEX : 0);
    return ByteBuffer.allocate(HEAD_BYTES)
        .put(VERSION)
        .put((byte) flags)
        .putInt(head.lengthBytes())
        .putInt(head.crc32c())
        .putLong(head.fileSequence())
        .putLong(head.writerNonce())
        .putLong(head.expiresAtMillis())
        .array();
  }

  static ChunkHead head(byte[] key, byte[] value) throws IOException {
    expectSize("chunk key", key.length, Long.BYTES);
    expectSize("chunk head", value.length, HEAD_BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("chunk head", buffer.get());
    int flags = buffer.get();
    int lengthBytes = buffer.getInt();
    if (lengthBytes < 0) {
      throw new IOException("chunk head: length " + lengthBytes + " (expected: >= 0)");
    }
    return new ChunkHead(
        new ChunkId(ByteBuffer.wrap(key).getLong()),
        (flags & FLAG_IN_INDEX) != 0 ? Place.INDEX : Place.FILE,
        (flags & FLAG_CLOSED) != 0,
        lengthBytes,
        buffer.getInt(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong());
  }

  static byte[] content(ChunkContent content) {
    int blocks = content.blockCount();
    int inlineBytes = content.inlineBytes();
    ByteBuffer buffer =
        ByteBuffer.allocate(CONTENT_HEADER_BYTES + blocks * Integer.BYTES + inlineBytes);
    buffer.put(VERSION).putInt(content.lengthBytes());
    for (int block = 0; block < blocks; block++) {
      buffer.putInt(content.blockCrc(block));
    }
    buffer.put(content.inline(content.inlineStart(), inlineBytes));
    return buffer.array();
  }

  static ChunkContent content(byte[] value) throws IOException {
    if (value.length < CONTENT_HEADER_BYTES) {
      throw new IOException(
          "chunk content: " + value.length + " bytes (expected: >= " + CONTENT_HEADER_BYTES + ")");
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("chunk content", buffer.get());
    int lengthBytes = buffer.getInt();
    long blocks = ((long) lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    long inlineOffset = CONTENT_HEADER_BYTES + blocks * Integer.BYTES;
    if (lengthBytes < 0
        || inlineOffset > value.length
        || value.length - inlineOffset > lengthBytes) {
      throw new IOException(
          "chunk content: " + value.length + " bytes do not fit a length of " + lengthBytes);
    }
    int[] blockCrcs = new int[(int) blocks];
    buffer.asIntBuffer().get(blockCrcs);
    return new ChunkContent(lengthBytes, blockCrcs, value, (int) inlineOffset);
  }

  static byte[] sequences(long below) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(below).array();
  }

  static long sequences(byte[] value) throws IOException {
    expectSize("sequences", value.length, 1 + Long.BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("sequences", buffer.get());
    return buffer.getLong();
  }

  static byte[] scrubbed(ChunkId upTo) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(upTo.value()).array();
  }

  static ChunkId scrubbed(byte[] value) throws IOException {
    expectSize("scrubbed", value.length, 1 + Long.BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("scrubbed", buffer.get());
    return new ChunkId(buffer.getLong());
  }

  private static void expectSize(String what, int actual, int expected) throws IOException {
    if (actual != expected) {
      throw new IOException(what + ": " + actual + " bytes (expected: " + expected + ")");
    }
  }

  private static void expectVersion(String what, byte version) throws IOException {
    if (version != VERSION) {
      throw new IOException(what + ": version " + version + " (expected: " + VERSION + ")");
    }
  }
}
