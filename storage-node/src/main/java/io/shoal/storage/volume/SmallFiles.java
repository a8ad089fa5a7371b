package io.shoal.storage.volume;

import io.shoal.storage.io.Disk;
import io.shoal.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the few small files that say what a data directory is. */
final class SmallFiles {
  private static final int MAX_BYTES = 64 << 10;
  static final String PENDING_SUFFIX = ".new";

  private SmallFiles() {}

  /** Returns the content of a file in the data directory; null if there is none. */
  static byte @Nullable [] read(Disk disk, String name) throws IOException {
    if (!disk.exists(name)) {
      return null;
    }
    try (DiskFile file = disk.open(name)) {
      long size = file.sizeBytes();
      if (size > MAX_BYTES) {
        throw new IOException(name + ": " + size + " bytes (expected: <= " + MAX_BYTES + ")");
      }
      ByteBuffer content = ByteBuffer.allocate((int) size);
      int count = file.read(0, content);
      if (count != size) {
        throw new IOException(
            name + ": " + count + " bytes could be read (expected: " + size + ")");
      }
      return content.array();
    }
  }

  /** Writes a file durably, whole or not at all; one that has its name already is replaced. */
  static void replace(Disk disk, String name, byte[] content) throws IOException {
    String pending = name + PENDING_SUFFIX;
    if (disk.exists(pending)) {
      disk.delete(pending);
    }
    try (DiskFile file = disk.create(pending)) {
      file.write(0, ByteBuffer.wrap(content));
      file.sync();
    }
    disk.rename(pending, name);
    disk.syncDirectory("");
  }
}
