package io.shoal.metadata.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;

/**
 * Keeps the state in RocksDB: a column family for each table, and the default one for what the
 * store itself must know, its format and the applied position, which is part of every batch.
 *
 * <p>Closing waits for nobody: the native database is closed when the last open view is, and views
 * are refused from then on.
 */
public final class RocksStateStore implements DurableStateStore {
  /** Rule S3: raised when the meaning of what is stored changes. */
  private static final int FORMAT = 1;

  private static final byte[] FORMAT_KEY = "format".getBytes(UTF_8);
  private static final byte[] APPLIED_KEY = "applied".getBytes(UTF_8);
  private static final byte[] DIGEST_KEY = "digest".getBytes(UTF_8);

  private final Path directory;
  private final RocksOptions options;
  private final RocksDB database;
  private final ColumnFamilyHandle own;
  private final PerTable<ColumnFamilyHandle> handles;
  private final ReadOptions current = new ReadOptions();
  private final WriterMemory committed;

  private volatile LogPosition applied = LogPosition.NONE;
  private volatile DigestChain digests = DigestChain.of(null);
  private @Nullable Overlay writer;

  /** Guards the two fields below. */
  private final Object lock = new Object();

  private boolean closed;
  private int openViews;

  private final CompletableFuture<Void> released = new CompletableFuture<>();

  private RocksStateStore(
      Path directory, RocksOptions options, RocksDB database, List<ColumnFamilyHandle> all) {
    this.directory = directory;
    this.options = options;
    this.database = database;
    this.own = all.get(0);
    Iterator<ColumnFamilyHandle> next = all.listIterator(1);
    this.handles = PerTable.of(table -> next.next());
    this.committed = new WriterMemory(new RocksReader(database, handles, current, null));
  }

  /**
   * Opens the store of a directory, or makes an empty one there.
   *
   * @param faults told when RocksDB fails in the background
   * @throws UncheckedIOException if it is damaged, of an unknown format, or in use
   */
  public static RocksStateStore open(Path directory, RocksSettings settings, FaultHandler faults) {
    try {
      RocksLibrary.load(directory.toAbsolutePath().resolveSibling("native"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RocksOptions options = new RocksOptions(settings, faults);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    RocksStateStore store;
    try {
      Files.createDirectories(directory);
      checkTables(directory);
      RocksDB database =
          RocksDB.open(options.database(), directory.toString(), descriptors(options), handles);
      store = new RocksStateStore(directory, options, database, handles);
    } catch (RocksDBException e) {
      options.close();
      throw RocksReader.failed("open " + directory, e);
    } catch (IOException e) {
      options.close();
      throw new UncheckedIOException(e);
    }
    try {
      store.readOwnRecords();
      return store;
    } catch (RocksDBException e) {
      store.close();
      throw RocksReader.failed("open " + directory, e);
    } catch (UncheckedIOException e) {
      store.close();
      throw e;
    }
  }

  /** A table that this version does not know would be lost from sight: refuse it. */
  private static void checkTables(Path directory) throws IOException, RocksDBException {
    if (!Files.exists(directory.resolve("CURRENT"))) {
      return;
    }
    Set<String> known = new HashSet<>();
    known.add(new String(RocksDB.DEFAULT_COLUMN_FAMILY, UTF_8));
    for (Table table : Table.values()) {
      known.add(table.storedName());
    }
    try (Options listing = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(listing, directory.toString())) {
        if (!known.contains(new String(name, UTF_8))) {
          throw new IOException(
              directory + ": unknown table " + new String(name, UTF_8) + " (expected: " + known);
        }
      }
    }
  }

  private static List<ColumnFamilyDescriptor> descriptors(RocksOptions options) {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.table()));
    for (Table table : Table.values()) {
      descriptors.add(
          new ColumnFamilyDescriptor(table.storedName().getBytes(UTF_8), options.table()));
    }
    return descriptors;
  }

  private void readOwnRecords() throws RocksDBException {
    byte[] position = database.get(own, APPLIED_KEY);
    byte[] format = database.get(own, FORMAT_KEY);
    if (position == null && format == null) {
      return;
    }
    if (position == null || format == null || ByteBuffer.wrap(format).getInt() != FORMAT) {
      throw new UncheckedIOException(
          new IOException(
              directory
                  + ": format "
                  + (format == null ? "missing" : ByteBuffer.wrap(format).getInt())
                  + (position == null ? ", no applied position" : "")
                  + " (expected: "
                  + FORMAT
                  + ")"));
    }
    applied = position(position);
    digests = DigestChain.of(database.get(own, DIGEST_KEY));
  }

  private static LogPosition position(byte @Nullable [] stored) {
    if (stored == null) {
      return LogPosition.NONE;
    }
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    return new LogPosition(buffer.getLong(), buffer.getLong());
  }

  @Override
  public StateView view() {
    synchronized (lock) {
      if (closed) {
        throw new ShoalException(ErrorCode.UNAVAILABLE, "", "the state store is closed");
      }
      openViews++;
    }
    return new RocksView(database.getSnapshot());
  }

  @Override
  public StateWriter begin() {
    if (writer != null && writer.isOpen()) {
      throw new IllegalStateException("a writer is open (expected: at most one)");
    }
    writer = new Overlay(committed);
    return writer;
  }

  @Override
  public void commit(StateWriter finished, LogPosition position) {
    Overlay mine = writer;
    if (mine == null || finished != mine) {
      throw new IllegalStateException("not the open writer of this store");
    }
    position.checkBehind(applied);
    try (WriteBatch batch = new WriteBatch()) {
      DigestChain chain = digests;
      mine.applyTo(
          (table, key, value) -> {
            add(batch, handles.get(table), key, value);
            chain.change(table, key, value);
          });
      add(batch, own, DIGEST_KEY, chain.commit(position.index()));
      add(batch, own, FORMAT_KEY, ByteBuffer.allocate(4).putInt(FORMAT).array());
      add(
          batch,
          own,
          APPLIED_KEY,
          ByteBuffer.allocate(16).putLong(position.term()).putLong(position.index()).array());
      database.write(options.write(), batch);
    } catch (RocksDBException e) {
      committed.forget();
      throw RocksReader.failed("commit at " + position, e);
    }
    mine.applyTo(committed::changed);
    applied = position;
    mine.close();
    writer = null;
  }

  private static void add(
      WriteBatch batch, ColumnFamilyHandle handle, byte[] key, byte @Nullable [] value) {
    try {
      if (value == null) {
        batch.delete(handle, key);
      } else {
        batch.put(handle, key, value);
      }
    } catch (RocksDBException e) {
      throw RocksReader.failed("collect changes", e);
    }
  }

  @Override
  public LogPosition applied() {
    return applied;
  }

  @Override
  public @Nullable StateDigest digest() {
    return digests.milestone();
  }

  @Override
  public void flush() {
    List<ColumnFamilyHandle> all = new ArrayList<>();
    all.add(own);
    handles.forEach((table, handle) -> all.add(handle));
    try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
      database.flush(waiting, all);
    } catch (RocksDBException e) {
      throw RocksReader.failed("flush", e);
    }
  }

  @Override
  public LogPosition checkpoint(Path copy) {
    flush();
    try (Checkpoint checkpoint = Checkpoint.create(database)) {
      checkpoint.createCheckpoint(copy.toString());
    } catch (RocksDBException e) {
      throw RocksReader.failed("checkpoint to " + copy, e);
    }
    return applied;
  }

  /** Reads all that is stored and compares checksums; takes as long as that takes. */
  public void verify() {
    try {
      database.verifyChecksum();
    } catch (RocksDBException e) {
      throw RocksReader.failed("verify " + directory, e);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      if (openViews > 0) {
        return;
      }
    }
    closeDatabase();
  }

  private void viewClosed(Snapshot snapshot) {
    database.releaseSnapshot(snapshot);
    synchronized (lock) {
      openViews--;
      if (!closed || openViews > 0) {
        return;
      }
    }
    closeDatabase();
  }

  private void closeDatabase() {
    current.close();
    handles.forEach((table, handle) -> handle.close());
    own.close();
    database.close();
    options.close();
    released.complete(null);
  }

  @Override
  public CompletableFuture<Void> released() {
    return released.copy();
  }

  /** A view at a snapshot of RocksDB. */
  private final class RocksView implements StateView {
    private final Snapshot snapshot;
    private final ReadOptions atSnapshot;
    private final RocksReader reader;
    private boolean viewClosed;

    RocksView(Snapshot snapshot) {
      this.snapshot = snapshot;
      this.atSnapshot = new ReadOptions().setSnapshot(snapshot);
      this.reader = new RocksReader(database, handles, atSnapshot, snapshot);
    }

    @Override
    public LogPosition applied() {
      open();
      try {
        return position(database.get(own, atSnapshot, APPLIED_KEY));
      } catch (RocksDBException e) {
        throw RocksReader.failed("read the applied position", e);
      }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return open().get(table, key);
    }

    @Override
    public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
      return open().scan(table, fromInclusive, toExclusive);
    }

    @Override
    public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
      return open().last(table, fromInclusive, toExclusive);
    }

    private RocksReader open() {
      if (viewClosed) {
        throw new IllegalStateException("the view is closed");
      }
      return reader;
    }

    @Override
    public void close() {
      if (viewClosed) {
        return;
      }
      viewClosed = true;
      atSnapshot.close();
      RocksStateStore.this.viewClosed(snapshot);
    }
  }
}
