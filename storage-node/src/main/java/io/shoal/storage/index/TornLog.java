package io.shoal.storage.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of RocksDB's log as a lack of power may leave it: the file system had noted the new
 * length of what was not synced yet, and not its bytes, so that the last record goes over into
 * zeros, up to the end of the file. RocksDB takes that for damage. Nothing of it was acknowledged,
 * for it was not synced: it is cut off. Any other damage stays what it is.
 *
 * <p>Source: RocksDB's wiki, "Write Ahead Log File Format": blocks of 32 KiB with records of a
 * masked CRC32C, a length, a type, and for some types a number of the log, little-endian.
 */
final class TornLog {
  private static final Logger LOG = LoggerFactory.getLogger(TornLog.class);

  private static final int BLOCK_BYTES = 32 << 10;
  private static final int HEADER_BYTES = 7;
  private static final int LOG_NUMBER_BYTES = 4;
  private static final int CHECKSUM_DELTA = 0xA282EAD8;

  /** Of a file system: what has no bytes yet is zeros from such a place on. */
  private static final int PAGE_BYTES = 4 << 10;

  private final ByteBuffer content;

  private TornLog(ByteBuffer content) {
    this.content = content;
  }

  /**
   * Cuts off what was not synced. Blocks; the index must not be open.
   *
   * @param index directory of the index
   * @return false if its newest log does not end that way; nothing is changed then
   */
  static boolean cut(Path index) throws IOException {
    Optional<Path> newest;
    try (Stream<Path> files = Files.list(index)) {
      newest =
          files
              .filter(file -> file.getFileName().toString().matches("[0-9]+\\.log"))
              .max(Comparator.comparing(file -> file.getFileName().toString()));
    }
    if (newest.isEmpty()) {
      return false;
    }
    try (FileChannel file =
        FileChannel.open(newest.get(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      while (content.hasRemaining() && file.read(content) >= 0) {
        // Until all of it is there.
      }
      content.flip().order(ByteOrder.LITTLE_ENDIAN);
      int torn = new TornLog(content).tornAt();
      if (torn < 0) {
        return false;
      }
      LOG.warn(
          "{}: {} bytes behind {} were not synced when the power was lost; they are cut off",
          newest.get(),
          content.limit() - torn,
          torn);
      file.truncate(torn);
      file.force(true);
      return true;
    }
  }

  /** Returns where the first record begins that is not whole; -1 if that does not end in zeros. */
  private int tornAt() {
    int position = 0;
    while (position + HEADER_BYTES <= content.limit()) {
      int left = BLOCK_BYTES - position % BLOCK_BYTES;
      if (left < HEADER_BYTES) {
        position += left;
        continue;
      }
      int end = endOf(position);
      if (end > content.limit() || !isWhole(position, end)) {
        return zerosBegin() < Math.min(end, content.limit()) ? position : -1;
      }
      position = end;
    }
    return -1;
  }

  private int endOf(int record) {
    int length = Short.toUnsignedInt(content.getShort(record + 4));
    return record + HEADER_BYTES + (hasLogNumber(record) ? LOG_NUMBER_BYTES : 0) + length;
  }

  private boolean hasLogNumber(int record) {
    int type = Byte.toUnsignedInt(content.get(record + 6));
    return (type >= 5 && type <= 8) || type == 11 || type == 131;
  }

  private boolean isWhole(int record, int end) {
    CRC32C checksum = new CRC32C();
    checksum.update(content.duplicate().position(record + 6).limit(end));
    int plain = (int) checksum.getValue();
    return Integer.rotateRight(plain, 15) + CHECKSUM_DELTA == content.getInt(record);
  }

  /**
   * Returns the first page from which on there are only zeros; the end if the last one has others.
   */
  private int zerosBegin() {
    int begin = content.limit();
    while (begin > 0 && content.get(begin - 1) == 0) {
      begin--;
    }
    int page = (begin + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    return Math.min(page, content.limit());
  }
}
