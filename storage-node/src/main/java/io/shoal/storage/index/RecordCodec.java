package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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
 * scrubbed         version (1) last chunk that was read (8); 0 for none
 *                  from version 2 on: bytes (8) damaged (8) end of the last pass (8) damaged then (8)
 * trash, by chunk  key: 0 (1) chunk id (8); value: version (1) since (8) head as above (34)
 * trash, by time   key: 1 (1) since (8) chunk id (8); no value
 * brake            version (1) flags (1) revision (8) since (8) confirmed chunks (8)
 * </pre>
 */
final class RecordCodec {
  /** Bytes of a block, which decides how many checksums a length has. */
  static final int BLOCK_BYTES = 16 << 10;

  private static final byte VERSION = 1;
  private static final byte SCRUB_VERSION = 2;
  private static final int HEAD_BYTES = 34;
  private static final int CONTENT_HEADER_BYTES = 5;
  private static final int FLAG_CLOSED = 1;
  private static final int FLAG_IN_INDEX = 2;
  private static final int FLAG_BRAKE_ON = 1;
  private static final byte TRASH_BY_CHUNK = 0;
  private static final byte TRASH_BY_TIME = 1;
  private static final int TRASH_TIME_KEY_BYTES = 17;
  private static final int SCRUB_BYTES = 41;
  private static final byte BRAKE_VERSION = 2;
  private static final int BRAKE_BYTES = 42;
  private static final int FIRST_BRAKE_BYTES = 26;

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
    expectVersion("chunk head", buffer.get(), VERSION);
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
    expectVersion("chunk content", buffer.get(), VERSION);
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
    expectVersion("sequences", buffer.get(), VERSION);
    return buffer.getLong();
  }

  static byte[] scrubbed(ScrubNote note) {
    return ByteBuffer.allocate(SCRUB_BYTES)
        .put(SCRUB_VERSION)
        .putLong(note.upTo() == null ? 0 : note.upTo().value())
        .putLong(note.bytes())
        .putLong(note.damaged())
        .putLong(note.endedAtMillis())
        .putLong(note.endedDamaged())
        .array();
  }

  static ScrubNote scrubbed(byte[] value) throws IOException {
    if (value.length > 0 && value[0] == VERSION) {
      expectSize("scrubbed", value.length, 1 + Long.BYTES);
      return new ScrubNote(new ChunkId(ByteBuffer.wrap(value).getLong(1)), 0, 0, 0, 0);
    }
    expectSize("scrubbed", value.length, SCRUB_BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("scrubbed", buffer.get(), SCRUB_VERSION);
    long upTo = buffer.getLong();
    return new ScrubNote(
        upTo == 0 ? null : new ChunkId(upTo),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong());
  }

  static byte[] trashKey(ChunkId chunk) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(TRASH_BY_CHUNK).putLong(chunk.value()).array();
  }

  /** Returns the key of a chunk in the order of time; of none, the one before all of them. */
  static byte[] trashTimeKey(long sinceMillis, @Nullable ChunkId chunk) {
    return ByteBuffer.allocate(TRASH_TIME_KEY_BYTES)
        .put(TRASH_BY_TIME)
        .putLong(sinceMillis)
        .putLong(chunk == null ? 0 : chunk.value())
        .array();
  }

  static long trashedSince(byte[] timeKey) throws IOException {
    expectSize("trash key", timeKey.length, TRASH_TIME_KEY_BYTES);
    return ByteBuffer.wrap(timeKey).getLong(1);
  }

  static ChunkId trashedChunk(byte[] timeKey) throws IOException {
    expectSize("trash key", timeKey.length, TRASH_TIME_KEY_BYTES);
    return new ChunkId(ByteBuffer.wrap(timeKey).getLong(1 + Long.BYTES));
  }

  static byte[] trashed(Trashed trashed) {
    return ByteBuffer.allocate(1 + Long.BYTES + HEAD_BYTES)
        .put(VERSION)
        .putLong(trashed.sinceMillis())
        .put(head(trashed.head()))
        .array();
  }

  static Trashed trashed(ChunkId chunk, byte[] value) throws IOException {
    expectSize("trash", value.length, 1 + Long.BYTES + HEAD_BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("trash", buffer.get(), VERSION);
    long sinceMillis = buffer.getLong();
    byte[] head = new byte[HEAD_BYTES];
    buffer.get(head);
    return new Trashed(sinceMillis, head(chunkKey(chunk), head));
  }

  static byte[] brake(BrakeNote note) {
    return ByteBuffer.allocate(BRAKE_BYTES)
        .put(BRAKE_VERSION)
        .put((byte) (note.on() ? FLAG_BRAKE_ON : 0))
        .putLong(note.revision())
        .putLong(note.sinceMillis())
        .putLong(note.confirmedChunks())
        .putLong(note.history().number())
        .putLong(note.history().appliedIndex())
        .array();
  }

  static BrakeNote brake(byte[] value) throws IOException {
    boolean first = value.length == FIRST_BRAKE_BYTES;
    expectSize("brake", value.length, first ? FIRST_BRAKE_BYTES : BRAKE_BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(value);
    expectVersion("brake", buffer.get(), first ? VERSION : BRAKE_VERSION);
    boolean on = (buffer.get() & FLAG_BRAKE_ON) != 0;
    return new BrakeNote(
        buffer.getLong(),
        on,
        buffer.getLong(),
        buffer.getLong(),
        first ? MetadataHistory.NONE : new MetadataHistory(buffer.getLong(), buffer.getLong()));
  }

  private static void expectSize(String what, int actual, int expected) throws IOException {
    if (actual != expected) {
      throw new IOException(what + ": " + actual + " bytes (expected: " + expected + ")");
    }
  }

  private static void expectVersion(String what, byte version, byte expected) throws IOException {
    if (version != expected) {
      throw new IOException(what + ": version " + version + " (expected: " + expected + ")");
    }
  }
}
