package io.shoal.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One data directory. Names are relative to it, with {@code /} between their parts. Everything
 * blocks. Thread-safe, with the usual care: who deletes a file is not who writes it.
 *
 * <p><b>Durability.</b> What was written to a file survives a crash after {@link DiskFile#sync}.
 * That a file is there at all, is gone, or has another name survives after {@link #syncDirectory}
 * of the directory that it stands in. Without them each of these may survive or not, writes also in
 * part, in any combination.
 *
 * <p><b>Failures.</b> {@link java.nio.file.FileAlreadyExistsException} and {@link
 * java.nio.file.NoSuchFileException} say what they say; {@link NoSpaceException} that the file
 * system is full, with an unknown part written; every other {@link IOException} that the disk
 * failed.
 */
public interface Disk {
  /** What a file of {@link #createDirect} is written in: its offsets and lengths are multiples. */
  int DIRECT_UNIT_BYTES = 16 << 10;

  /** Creates an empty file and opens it for writing. Fails if it exists. */
  DiskFile create(String name) throws IOException;

  /**
   * Creates an empty file for bulk data and opens it for writing only, in whole units of {@link
   * #DIRECT_UNIT_BYTES}. Writes go past the page cache where the file system lets them, which costs
   * a fraction of the CPU time; durability is as with any other file. Fails if it exists.
   */
  DiskFile createDirect(String name) throws IOException;

  /** Opens an existing file for reading. */
  DiskFile open(String name) throws IOException;

  /**
   * Opens an existing file of {@link #createDirect} for reading much of it in whole units of {@link
   * #DIRECT_UNIT_BYTES}, past the page cache where the file system lets it: into buffers that lie
   * as {@link DiskFile#alignmentBytes} says.
   */
  DiskFile openDirect(String name) throws IOException;

  /** Removes a file. One that is open can be used until it is closed. */
  void delete(String name) throws IOException;

  /**
   * Gives a file another name within the same directory, atomically; a file that has that name
   * already is replaced.
   */
  void rename(String from, String to) throws IOException;

  /** Tells whether there is a file or directory with this name. */
  boolean exists(String name) throws IOException;

  /**
   * Creates a directory if it is not there yet. Its parent must exist; the empty name is the data
   * directory itself.
   */
  void createDirectory(String name) throws IOException;

  /** Lists the names in a directory, without their path, in any order. */
  List<String> list(String directory) throws IOException;

  /** Makes durable which names a directory has. */
  void syncDirectory(String directory) throws IOException;

  /** Returns where a name is among the files of this machine; null if it is not among them. */
  default @Nullable Path localPath(String name) {
    return null;
  }

  /** Returns the size of the file system. */
  long capacityBytes() throws IOException;

  /** Returns what this process may still write on the file system. */
  long availableBytes() throws IOException;

  /**
   * Takes a lock that keeps other processes, and others in this one, from taking it; it ends with
   * the process. The file with this name is created if need be and stays.
   *
   * @return closing it gives the lock back; null if somebody else has it
   */
  @Nullable Closeable tryLock(String name) throws IOException;
}
