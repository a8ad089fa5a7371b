package io.shoal.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.snapshot.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory of a metadata server, locked by this process. Blocks.
 *
 * <pre>
 * lock              held while a process uses the directory
 * identity          which cluster it belongs to, and how its server came to it; written when it is
 *                   formatted, and never again
 * raft/             the log
 * state/            the state, as far as the log was applied
 * snapshots/        copies of the state
 * native/           RocksDB's library, unpacked
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private static final String LOCK = "lock";
  private static final String IDENTITY = "identity";
  private static final String PENDING_IDENTITY = "identity.new";

  /** Rule S3: raised when what lies in the directory changes its meaning. */
  private static final String FORMAT = "shoal metadata 1";

  private static final String CLUSTER = "cluster ";

  /** There while a restore is under way, and after one that did not come to its end. */
  private static final String UNFINISHED = "restore.unfinished";

  /** What a directory may have in it that was not formatted, or not to the end. */
  private static final Set<String> BLANK = Set.of(LOCK, PENDING_IDENTITY, "lost+found");

  private final Path path;
  private final FileChannel lockFile;
  private final Identity identity;

  /**
   * Whose a directory is.
   *
   * @param origin decides who begins the log
   */
  private record Identity(UUID clusterId, Origin origin) {
    String text() {
      return FORMAT
          + "\n"
          + CLUSTER
          + clusterId
          + "\n"
          + origin.line
          + (origin.line.isEmpty() ? "" : "\n");
    }
  }

  /** How a server came to its cluster. */
  enum Origin {
    /** With the cluster, and with all that are configured. */
    FOUNDED(""),
    /** To others, who know it. */
    JOINED("joined"),
    /** With a backup, and alone. */
    RESTORED("restored");

    /** The last line of its identity; empty if there is none. */
    private final String line;

    Origin(String line) {
      this.line = line;
    }
  }

  private DataDirectory(Path path, FileChannel lockFile, Identity identity) {
    this.path = path;
    this.lockFile = lockFile;
    this.identity = identity;
  }

  /**
   * Locks a directory and reads whom it belongs to; an empty one becomes that of a cluster.
   *
   * @param expected the only cluster that it may belong to, and that an empty one gets; empty for
   *     any, and a new one
   * @param mayFormat whether it may be empty. A server of several may not begin anew when its data
   *     are gone: it would vote for what it has acknowledged to be lost
   * @throws ShoalException {@code UNAVAILABLE} if another process has it; {@code INVALID_ARGUMENT}
   *     if it can't be used, or belongs to another cluster
   */
  static DataDirectory claim(Path path, Optional<UUID> expected, boolean mayFormat) {
    return open(
        path,
        expected,
        () -> {
          if (!mayFormat) {
            throw refused(
                path,
                "is empty, and there are other metadata servers",
                "the data of this server. If they are lost, put another server in its place, under"
                    + " an id of its own: --join, and shoal admin metadata replace. If all are new,"
                    + " --format makes the directory of each");
          }
          return new Identity(expected.orElseGet(UUID::randomUUID), Origin.FOUNDED);
        });
  }

  /**
   * Makes and locks the directory of a server that is to be added to others.
   *
   * @throws ShoalException {@code UNAVAILABLE} if another process has it; {@code INVALID_ARGUMENT}
   *     if it can't be used, belongs to another cluster, or to a server that founded this one
   */
  static DataDirectory join(Path path, UUID clusterId) {
    DataDirectory directory =
        open(path, Optional.of(clusterId), () -> new Identity(clusterId, Origin.JOINED));
    if (directory.origin() != Origin.JOINED) {
      directory.close();
      throw refused(path, "holds the data of a server that was there before", "an empty one");
    }
    return directory;
  }

  /** Makes what lies in a directory, but for its identity. */
  @FunctionalInterface
  interface Content {
    /**
     * Makes it.
     *
     * @return the cluster that it belongs to
     */
    UUID make() throws IOException;
  }

  /**
   * Makes the directory of a server that begins with a backup.
   *
   * @throws ShoalException {@code UNAVAILABLE} if another process has it; {@code INVALID_ARGUMENT}
   *     if it can't be used, or is that of a server already; and what the content throws
   */
  static void restore(Path path, Content content) {
    FileChannel lockFile = null;
    try {
      Files.createDirectories(path);
      lockFile = lock(path);
      if (Files.exists(path.resolve(IDENTITY))) {
        throw refused(path, "holds the data of a metadata server", "an empty one");
      }
      Path unfinished = path.resolve(UNFINISHED);
      if (Files.exists(unfinished)) {
        clear(path);
      } else {
        checkBlank(path);
        DurableFiles.write(unfinished, "");
        DurableFiles.sync(path);
      }
      Identity identity = new Identity(content.make(), Origin.RESTORED);
      format(path, identity);
      Files.delete(unfinished);
      DurableFiles.sync(path);
      LOG.info("{}: restored for {}", path, identity);
    } catch (IOException e) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path.toString(), "can't be restored: " + e.getMessage(), e);
    } finally {
      release(lockFile, path);
    }
  }

  /** Deletes what a restore that did not come to its end left behind. */
  private static void clear(Path path) throws IOException {
    List<Path> left;
    try (Stream<Path> entries = Files.list(path)) {
      left =
          entries
              .filter(entry -> !BLANK.contains(entry.getFileName().toString()))
              .filter(entry -> !entry.getFileName().toString().equals(UNFINISHED))
              .toList();
    }
    for (Path entry : left) {
      DurableFiles.deleteTree(entry);
    }
  }

  /**
   * Opens a directory.
   *
   * @param blank what an empty one becomes
   */
  private static DataDirectory open(Path path, Optional<UUID> expected, Supplier<Identity> blank) {
    FileChannel lockFile = null;
    try {
      Files.createDirectories(path);
      lockFile = lock(path);
      Identity identity = readIdentity(path);
      if (identity == null) {
        identity = blank.get();
        format(path, identity);
        LOG.info("{}: formatted for {}", path, identity);
      }
      UUID clusterId = identity.clusterId();
      if (!clusterId.equals(expected.orElse(clusterId))) {
        throw refused(path, "belongs to cluster " + clusterId, expected.orElseThrow().toString());
      }
      return new DataDirectory(path, lockFile, identity);
    } catch (IOException e) {
      release(lockFile, path);
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          path.toString(),
          "can't be used as data directory: " + e.getMessage(),
          e);
    } catch (ShoalException e) {
      release(lockFile, path);
      throw e;
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOG.debug("{}: locked by this very process", path, e);
    }
    if (lock == null) {
      channel.close();
      throw new ShoalException(
          ErrorCode.UNAVAILABLE,
          path.toString(),
          "the data directory is in use by another metadata server (expected: one process for each"
              + " directory)");
    }
    return channel;
  }

  private static @Nullable Identity readIdentity(Path path) throws IOException {
    Path identity = path.resolve(IDENTITY);
    if (!Files.exists(identity)) {
      checkBlank(path);
      return null;
    }
    List<String> lines = Files.readAllLines(identity, UTF_8);
    String last = lines.size() == 3 ? lines.get(2) : "";
    Optional<Origin> origin =
        Arrays.stream(Origin.values()).filter(known -> known.line.equals(last)).findFirst();
    if (lines.size() != (last.isEmpty() ? 2 : 3)
        || origin.isEmpty()
        || !lines.get(0).equals(FORMAT)
        || !lines.get(1).startsWith(CLUSTER)) {
      throw refused(path, "its identity file says: " + lines, FORMAT);
    }
    try {
      return new Identity(
          UUID.fromString(lines.get(1).substring(CLUSTER.length())), origin.orElseThrow());
    } catch (IllegalArgumentException e) {
      throw new IOException("its identity file says: " + lines.get(1), e);
    }
  }

  private static void checkBlank(Path path) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      Optional<String> foreign =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !BLANK.contains(name))
              .sorted()
              .findFirst();
      if (foreign.isPresent()) {
        throw refused(
            path,
            "has no identity of a metadata server and is not empty: " + foreign.get(),
            "an empty directory, or one of a metadata server");
      }
    }
  }

  private static void format(Path path, Identity identity) throws IOException {
    Path pending = path.resolve(PENDING_IDENTITY);
    Files.deleteIfExists(pending);
    DurableFiles.write(pending, identity.text());
    Files.move(pending, path.resolve(IDENTITY), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.sync(path);
    DurableFiles.syncParent(path);
  }

  private static ShoalException refused(Path path, String actual, String expected) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT, path.toString(), actual + " (expected: " + expected + ")");
  }

  Path path() {
    return path;
  }

  UUID clusterId() {
    return identity.clusterId();
  }

  /** Returns how its server came to the cluster. */
  Origin origin() {
    return identity.origin();
  }

  @Override
  public void close() {
    release(lockFile, path);
  }

  private static void release(@Nullable FileChannel lockFile, Path path) {
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      LOG.warn("{}: its lock can't be given back before this process ends", path, e);
    }
  }
}
