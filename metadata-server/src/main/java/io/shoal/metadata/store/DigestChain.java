package io.shoal.metadata.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Makes the digest of all that a store was ever changed by, and remembers the one of its last
 * milestone, which servers compare. Milestones are at the same entries everywhere. Used by the
 * thread that commits; the milestone may be read by others.
 */
final class DigestChain {
  /** Entries between two milestones. */
  static final int INTERVAL = 256;

  /**
   * Raised with every change of what commands do or of how rows are written (rule S3): servers of
   * two versions differ rightly. A chain of another version is given up, and one begins anew.
   */
  static final byte VERSION = 1;

  private static final int STORED_BYTES = 1 + 2 * 3 * Long.BYTES;

  /** Spreads each entry's checksum over all bits of what follows. */
  private static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;

  private static final StateDigest NONE = new StateDigest(VERSION, -1, -1, 0);

  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer numbers = ByteBuffer.allocate(3 * Integer.BYTES);
  private StateDigest current;
  private volatile StateDigest milestone;

  private DigestChain(StateDigest current, StateDigest milestone) {
    this.current = current;
    this.milestone = milestone;
  }

  /** Goes on with what was stored, if that is of this version. */
  static DigestChain of(byte @Nullable [] stored) {
    if (stored == null || stored.length != STORED_BYTES || stored[0] != VERSION) {
      return new DigestChain(NONE, NONE);
    }
    ByteBuffer buffer = ByteBuffer.wrap(stored, 1, STORED_BYTES - 1);
    return new DigestChain(read(buffer), read(buffer));
  }

  private static StateDigest read(ByteBuffer buffer) {
    return new StateDigest(VERSION, buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /**
   * Takes one change of the entry that is being committed. Kept replies do not count: the text of a
   * refusal may be worded otherwise by another version.
   */
  void change(Table table, byte[] key, byte @Nullable [] value) {
    if (table == Table.REPLIES) {
      return;
    }
    numbers.clear();
    numbers
        .putInt(table.storedName().hashCode())
        .putInt(key.length)
        .putInt(value == null ? -1 : value.length);
    checksum.update(numbers.flip());
    checksum.update(key);
    if (value != null) {
      checksum.update(value);
    }
  }

  /** Ends an entry; returns what is to be stored with it. */
  byte[] commit(long index) {
    long value = (current.value() ^ checksum.getValue()) * FACTOR + index;
    checksum.reset();
    boolean first = current.firstIndex() < 0;
    if (!first && index / INTERVAL != current.lastIndex() / INTERVAL) {
      milestone = current;
    }
    current = new StateDigest(VERSION, first ? index : current.firstIndex(), index, value);
    ByteBuffer stored = ByteBuffer.allocate(STORED_BYTES).put(VERSION);
    write(current, stored);
    write(milestone, stored);
    return stored.array();
  }

  private static void write(StateDigest digest, ByteBuffer buffer) {
    buffer.putLong(digest.firstIndex()).putLong(digest.lastIndex()).putLong(digest.value());
  }

  /** Returns the digest at the last milestone; null if there was none yet. */
  @Nullable StateDigest milestone() {
    StateDigest last = milestone;
    return last.firstIndex() < 0 ? null : last;
  }
}
