package io.shoal.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that does what a real one may do at a crash: of what was written and not synced,
 * each sector is there or not, and so is each name that was created, removed or changed without a
 * sync of its directory. It fails when told to, at a chosen operation or for a chosen file.
 * Thread-safe.
 */
public final class SimulatedDisk implements Disk {
  private static final int SECTOR_BYTES = 512;

  /** What may go wrong with an operation. */
  @FunctionalInterface
  public interface Fault {
    /** Returns what the operation fails with; null if it does not. */
    @Nullable IOException of(Operation operation, String name);
  }

  /** What can be done with a disk, as far as it can fail. */
  public enum Operation {
    CREATE,
    OPEN,
    DELETE,
    RENAME,
    CREATE_DIRECTORY,
    LIST,
    SYNC_DIRECTORY,
    WRITE,
    READ,
    SYNC
  }

  /** Bytes that a crash may lose. */
  private static final class Write {
    private final long offset;
    private final byte[] bytes;

    Write(long offset, byte[] bytes) {
      this.offset = offset;
      this.bytes = bytes;
    }
  }

  /** The content of a file, whatever names it has. */
  private static final class Inode {
    private byte[] synced = new byte[0];
    private byte[] current = new byte[0];
    private final List<Write> unsynced = new ArrayList<>();
  }

  /** A change of names that is not durable yet: it happens as a whole or not at all. */
  private record NameChange(String directory, Map<String, Inode> puts, Set<String> removals) {}

  private final CrashPoint crashPoint;
  private final Map<String, Map<String, Inode>> synced = new HashMap<>();
  private final Map<String, Map<String, Inode>> current = new HashMap<>();
  private final List<NameChange> unsynced = new ArrayList<>();
  private final Set<String> unsyncedDirectories = new LinkedHashSet<>();
  private final Set<String> locks = new HashSet<>();
  private final Set<String> everCreated = new HashSet<>();
  private final Set<String> createdTwice = new HashSet<>();
  private final Set<String> overwritten = new HashSet<>();
  private long capacityBytes = 1L << 40;
  private Fault fault = (operation, name) -> null;

  /** Makes an empty disk that crashes with others at one point. */
  public SimulatedDisk(CrashPoint crashPoint) {
    this.crashPoint = crashPoint;
    synced.put("", new TreeMap<>());
    current.put("", new TreeMap<>());
  }

  /** Makes an empty disk that does not crash by itself. */
  public SimulatedDisk() {
    this(new CrashPoint());
  }

  /** Lets operations fail from now on as told. */
  public synchronized void setFault(Fault next) {
    fault = next;
  }

  /** Sets the size of the file system. */
  public synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /** Flips a bit of what a file has, as a disk does that decays. */
  public synchronized void flipBit(String name, int position) throws IOException {
    Inode inode = find(name);
    inode.current[position] ^= 1;
    inode.synced[position] ^= 1;
  }

  /** Returns the names of all files, with their directories. */
  public synchronized List<String> files() {
    List<String> files = new ArrayList<>();
    current.forEach(
        (directory, names) -> names.keySet().forEach(name -> files.add(join(directory, name))));
    return files;
  }

  /** Returns the names of files that were created more than once, crashes or not. */
  public synchronized Set<String> createdTwice() {
    return Set.copyOf(createdTwice);
  }

  /** Returns the names of files in which a byte was written that had been written before. */
  public synchronized Set<String> overwritten() {
    return Set.copyOf(overwritten);
  }

  /** Returns the length of a file. */
  public synchronized long sizeBytes(String name) throws IOException {
    return find(name).current.length;
  }

  /** Loses what was not durable, as the generator decides, and gives all locks back. */
  public synchronized void crash(RandomGenerator random) {
    for (NameChange change : unsynced) {
      if (random.nextBoolean() && synced.containsKey(change.directory)) {
        apply(change, synced);
      }
    }
    unsynced.clear();
    for (String directory : unsyncedDirectories) {
      if (random.nextBoolean()) {
        synced
            .keySet()
            .removeIf(name -> name.equals(directory) || name.startsWith(directory + "/"));
      }
    }
    unsyncedDirectories.clear();
    current.clear();
    synced.forEach((directory, names) -> current.put(directory, new TreeMap<>(names)));
    current.values().forEach(names -> names.values().forEach(inode -> crash(inode, random)));
    locks.clear();
    fault = (operation, name) -> null;
  }

  private static void crash(Inode inode, RandomGenerator random) {
    byte[] content = inode.synced;
    for (Write write : inode.unsynced) {
      int length = write.bytes.length;
      for (int start = 0; start < length; start += SECTOR_BYTES) {
        if (random.nextInt(4) != 0) {
          byte[] sector =
              Arrays.copyOfRange(write.bytes, start, Math.min(length, start + SECTOR_BYTES));
          content = patched(content, write.offset + start, sector);
        }
      }
    }
    inode.unsynced.clear();
    inode.synced = content;
    inode.current = content.clone();
  }

  @Override
  public synchronized DiskFile create(String name) throws IOException {
    return new File(name, createInode(name), 1);
  }

  @Override
  public synchronized DiskFile createDirect(String name) throws IOException {
    return new File(name, createInode(name), DIRECT_UNIT_BYTES);
  }

  private Inode createInode(String name) throws IOException {
    begin(Operation.CREATE, name);
    if (current.containsKey(name) || directoryOf(name).containsKey(baseName(name))) {
      throw new FileAlreadyExistsException(name);
    }
    Inode inode = new Inode();
    if (!everCreated.add(name)) {
      createdTwice.add(name);
    }
    change(new NameChange(parent(name), Map.of(baseName(name), inode), Set.of()));
    crashPoint.pass();
    return inode;
  }

  @Override
  public DiskFile openDirect(String name) throws IOException {
    return open(name);
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    begin(Operation.OPEN, name);
    return new File(name, find(name), 1);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    begin(Operation.DELETE, name);
    find(name);
    change(new NameChange(parent(name), Map.of(), Set.of(baseName(name))));
    crashPoint.pass();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    begin(Operation.RENAME, from);
    if (!parent(from).equals(parent(to))) {
      throw new IllegalArgumentException(
          "rename: " + from + " to " + to + " (expected: the same directory)");
    }
    change(new NameChange(parent(from), Map.of(baseName(to), find(from)), Set.of(baseName(from))));
    crashPoint.pass();
  }

  @Override
  public synchronized boolean exists(String name) throws IOException {
    if (current.containsKey(name)) {
      return true;
    }
    Map<String, Inode> directory = current.get(parent(name));
    return directory != null && directory.containsKey(baseName(name));
  }

  @Override
  public synchronized void createDirectory(String name) throws IOException {
    begin(Operation.CREATE_DIRECTORY, name);
    if (!name.isEmpty() && directoryOf(name).containsKey(baseName(name))) {
      throw new FileAlreadyExistsException(name);
    }
    if (!current.containsKey(name)) {
      synced.put(name, new TreeMap<>());
      current.put(name, new TreeMap<>());
      unsyncedDirectories.add(name);
    }
    crashPoint.pass();
  }

  @Override
  public synchronized List<String> list(String directory) throws IOException {
    begin(Operation.LIST, directory);
    Map<String, Inode> names = current.get(directory);
    if (names == null) {
      throw new NoSuchFileException(directory);
    }
    List<String> listed = new ArrayList<>(names.keySet());
    current.keySet().stream()
        .filter(name -> !name.isEmpty() && parent(name).equals(directory))
        .map(SimulatedDisk::baseName)
        .forEach(listed::add);
    return listed;
  }

  @Override
  public synchronized void syncDirectory(String directory) throws IOException {
    begin(Operation.SYNC_DIRECTORY, directory);
    for (NameChange change : List.copyOf(unsynced)) {
      if (change.directory.equals(directory)) {
        apply(change, synced);
        unsynced.remove(change);
      }
    }
    unsyncedDirectories.removeIf(name -> parent(name).equals(directory));
    crashPoint.pass();
  }

  @Override
  public synchronized long capacityBytes() {
    return capacityBytes;
  }

  @Override
  public synchronized long availableBytes() {
    long used = 0;
    for (Map<String, Inode> names : current.values()) {
      for (Inode inode : names.values()) {
        used += inode.current.length;
      }
    }
    return Math.max(0, capacityBytes - used);
  }

  @Override
  public synchronized @Nullable Closeable tryLock(String name) {
    return locks.add(name) ? () -> unlock(name) : null;
  }

  private synchronized void unlock(String name) {
    locks.remove(name);
  }

  @Override
  public String toString() {
    return "SimulatedDisk";
  }

  private void begin(Operation operation, String name) throws IOException {
    crashPoint.pass();
    IOException failure = fault.of(operation, name);
    if (failure != null) {
      throw failure;
    }
  }

  private void change(NameChange change) {
    apply(change, current);
    unsynced.add(change);
  }

  private static void apply(NameChange change, Map<String, Map<String, Inode>> directories) {
    Map<String, Inode> names = directories.get(change.directory);
    if (names == null) {
      throw new IllegalStateException(
          "directory " + change.directory + " is not there (expected: created before)");
    }
    change.removals.forEach(names::remove);
    names.putAll(change.puts);
  }

  private Inode find(String name) throws IOException {
    Inode inode = directoryOf(name).get(baseName(name));
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  private Map<String, Inode> directoryOf(String name) throws IOException {
    Map<String, Inode> directory = current.get(parent(name));
    if (directory == null) {
      throw new NoSuchFileException(parent(name));
    }
    return directory;
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private static String baseName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static String join(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  private static byte[] patched(byte[] content, long offset, byte[] bytes) {
    int end = Math.toIntExact(offset + bytes.length);
    byte[] patched = end > content.length ? Arrays.copyOf(content, end) : content.clone();
    System.arraycopy(bytes, 0, patched, (int) offset, bytes.length);
    return patched;
  }

  private final class File implements DiskFile {
    private final String name;
    private final Inode inode;
    private final int unitBytes;

    File(String name, Inode inode, int unitBytes) {
      this.name = name;
      this.inode = inode;
      this.unitBytes = unitBytes;
    }

    @Override
    public void write(long offset, ByteBuffer... sources) throws IOException {
      synchronized (SimulatedDisk.this) {
        begin(Operation.WRITE, name);
        if (offset % unitBytes != 0 || LocalFile.remaining(sources) % unitBytes != 0) {
          throw new IllegalArgumentException("a write to " + name + " that is no whole units");
        }
        for (ByteBuffer source : sources) {
          if (source.remaining() > availableBytes()) {
            throw new NoSpaceException("no space left");
          }
        }
        if (offset < inode.current.length) {
          overwritten.add(name);
        }
        long position = offset;
        for (ByteBuffer source : sources) {
          byte[] bytes = new byte[source.remaining()];
          source.get(bytes);
          inode.current = patched(inode.current, position, bytes);
          inode.unsynced.add(new Write(position, bytes));
          position += bytes.length;
        }
        crashPoint.pass();
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      synchronized (SimulatedDisk.this) {
        begin(Operation.READ, name);
        int count = (int) Math.max(0, Math.min(target.remaining(), inode.current.length - offset));
        target.put(inode.current, (int) Math.min(offset, inode.current.length), count);
        return count;
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (SimulatedDisk.this) {
        try {
          begin(Operation.SYNC, name);
        } catch (IOException failed) {
          // As on Linux: the pages count as clean afterwards, whatever became of them.
          inode.unsynced.clear();
          throw failed;
        }
        inode.synced = inode.current.clone();
        inode.unsynced.clear();
        crashPoint.pass();
      }
    }

    @Override
    public long sizeBytes() {
      synchronized (SimulatedDisk.this) {
        return inode.current.length;
      }
    }

    @Override
    public void close() {}
  }
}
