package io.shoal.metadata.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * Loads RocksDB's native code, once in a process. It is taken from {@code java.library.path} if it
 * is there, else unpacked from the jar to a directory of ours: by default it goes to the temporary
 * directory, and every killed process would leave a copy behind.
 */
final class RocksLibrary {
  private RocksLibrary() {}

  static synchronized void load(Path directory) throws IOException {
    Files.createDirectories(directory);
    NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
    RocksDB.loadLibrary();
  }
}
