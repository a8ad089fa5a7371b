package io.shoal.storage.io;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of this machine. Small files, and small parts of files, go through the page cache;
 * bulk data are written, and read, past it.
 */
public final class LocalDisk implements Disk {
  private static final Logger logger = LoggerFactory.getLogger(LocalDisk.class);

  /** What a file system may need for one more name: a block of the directory. */
  private static final long NAME_BYTES = 4 << 10;

  private final Path root;
  private final FileStore fileStore;
  private final DirectOpener directOpener;
  private final StagingBuffers staging;

  /** Whether the file system takes direct writes, as far as is known. */
  private volatile boolean direct;

  /** Opens files for direct I/O. */
  interface DirectOpener {
    /** Creates a file for writing. */
    FileChannel create(Path path) throws IOException;

    /** Opens a file for reading. */
    default FileChannel open(Path path) throws IOException {
      return FileChannel.open(path, READ, ExtendedOpenOption.DIRECT);
    }
  }

  private LocalDisk(Path root, FileStore fileStore, long blockBytes, DirectOpener directOpener) {
    this.root = root;
    this.fileStore = fileStore;
    this.directOpener = directOpener;
    this.direct = DIRECT_UNIT_BYTES % blockBytes == 0;
    this.staging = new StagingBuffers(direct ? Math.toIntExact(blockBytes) : 1);
  }

  /** Opens a directory, which is created, durably, if it is not there. */
  public static LocalDisk at(Path directory) throws IOException {
    return at(
        directory, path -> FileChannel.open(path, CREATE_NEW, WRITE, ExtendedOpenOption.DIRECT));
  }

  static LocalDisk at(Path directory, DirectOpener directOpener) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    createDurably(root);
    FileStore fileStore = Files.getFileStore(root);
    return new LocalDisk(root, fileStore, fileStore.getBlockSize(), directOpener);
  }

  private static void createDurably(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (Files.isDirectory(directory) || parent == null) {
      return;
    }
    createDurably(parent);
    Files.createDirectory(directory);
    syncDirectory(parent);
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  @Override
  public DiskFile create(String name) throws IOException {
    return create(resolve(name), CREATE_NEW, WRITE, READ);
  }

  private DiskFile create(Path path, OpenOption... options) throws IOException {
    try {
      return new LocalFile(FileChannel.open(path, options), fileStore);
    } catch (FileAlreadyExistsException | NoSuchFileException misplaced) {
      throw misplaced;
    } catch (IOException failure) {
      throw LocalFile.reasonOf(failure, NAME_BYTES, fileStore);
    }
  }

  @Override
  public DiskFile createDirect(String name) throws IOException {
    Path path = resolve(name);
    if (!direct) {
      return create(path, CREATE_NEW, WRITE);
    }
    try {
      return new DirectFile(new LocalFile(directOpener.create(path), fileStore), staging);
    } catch (FileAlreadyExistsException | NoSuchFileException refused) {
      throw refused;
    } catch (IOException | UnsupportedOperationException refused) {
      // The file may have been created before it was refused.
      Files.deleteIfExists(path);
      DiskFile usual = create(path, CREATE_NEW, WRITE);
      withoutDirect(refused);
      return usual;
    }
  }

  private void withoutDirect(Exception refused) {
    direct = false;
    logger.warn(
        "{}: no direct I/O ({}); chunks go through the page cache", root, refused.toString());
  }

  @Override
  public DiskFile openDirect(String name) throws IOException {
    if (!direct) {
      return open(name);
    }
    Path path = resolve(name);
    try {
      return new DirectFile(new LocalFile(directOpener.open(path), fileStore), staging);
    } catch (NoSuchFileException missing) {
      throw missing;
    } catch (IOException | UnsupportedOperationException refused) {
      DiskFile usual = open(name);
      withoutDirect(refused);
      return usual;
    }
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return new LocalFile(FileChannel.open(resolve(name), READ), fileStore);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void createDirectory(String name) throws IOException {
    Path directory = resolve(name);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException exists) {
      if (!Files.isDirectory(directory)) {
        throw exists;
      }
    } catch (IOException failure) {
      throw LocalFile.reasonOf(failure, NAME_BYTES, fileStore);
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (Stream<Path> entries = Files.list(resolve(directory))) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    syncDirectory(resolve(directory));
  }

  @Override
  public Path localPath(String name) {
    return resolve(name);
  }

  @Override
  public long capacityBytes() throws IOException {
    return fileStore.getTotalSpace();
  }

  @Override
  public long availableBytes() throws IOException {
    return fileStore.getUsableSpace();
  }

  @Override
  public @Nullable Closeable tryLock(String name) throws IOException {
    FileChannel channel = FileChannel.open(resolve(name), CREATE, WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      lock = null;
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
    if (lock == null) {
      channel.close();
      return null;
    }
    return channel;
  }

  @Override
  public String toString() {
    return root.toString();
  }

  /** Names come from this program only; one that would leave the directory is a defect. */
  private Path resolve(String name) {
    Path path = root.resolve(name).normalize();
    if (!path.startsWith(root)) {
      throw new IllegalArgumentException("name: " + name + " (expected: one within " + root + ")");
    }
    return path;
  }
}
