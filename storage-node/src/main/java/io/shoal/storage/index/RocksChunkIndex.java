package io.shoal.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * An index in RocksDB. Heads are small, so that the inventory reads little; checksums and the tails
 * of files stand apart from them, and the bytes of small chunks in a column family whose values lie
 * in blob files.
 */
public final class RocksChunkIndex implements ChunkIndex {
  private final RocksDB database;
  private final Map<RocksFamily, ColumnFamilyHandle> families;
  private final RocksOptions options;
  private final SmallChunkGarbage garbage;

  private RocksChunkIndex(
      RocksDB database, Map<RocksFamily, ColumnFamilyHandle> families, RocksOptions options) {
    this.database = database;
    this.families = families;
    this.options = options;
    this.garbage =
        new SmallChunkGarbage(
            database, handle(RocksFamily.SMALL), options.smallChunks.blobFileSize());
  }

  /** Opens an index; takes the options if it returns. */
  static RocksChunkIndex open(Path directory, boolean readOnly, RocksOptions options)
      throws RocksDBException {
    List<RocksFamily> present = present(directory, readOnly);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (RocksFamily family : present) {
      ColumnFamilyOptions chosen =
          family == RocksFamily.SMALL ? options.smallChunks : options.records;
      descriptors.add(new ColumnFamilyDescriptor(family.key(), chosen));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    String path = directory.toString();
    RocksDB database =
        readOnly
            ? RocksDB.openReadOnly(options.database, path, descriptors, handles)
            : RocksDB.open(options.database, path, descriptors, handles);
    Map<RocksFamily, ColumnFamilyHandle> families = new EnumMap<>(RocksFamily.class);
    for (RocksFamily family : present) {
      families.put(family, handles.get(families.size()));
    }
    RocksChunkIndex index = new RocksChunkIndex(database, families, options);
    if (!readOnly) {
      index.garbage.look();
    }
    return index;
  }

  /** What an earlier version made lacks the latest families, and who only reads makes none. */
  private static List<RocksFamily> present(Path directory, boolean readOnly)
      throws RocksDBException {
    if (!readOnly) {
      return List.of(RocksFamily.values());
    }
    try (Options options = new Options()) {
      List<String> names =
          RocksDB.listColumnFamilies(options, directory.toString()).stream()
              .map(name -> new String(name, UTF_8))
              .toList();
      // None are listed of an index that is not there: opening it says so.
      return Arrays.stream(RocksFamily.values())
          .filter(family -> names.isEmpty() || names.contains(family.columnName()))
          .toList();
    }
  }

  @Override
  public @Nullable ChunkHead head(ChunkId chunk) throws IOException {
    byte[] key = RecordCodec.chunkKey(chunk);
    byte[] value = get(RocksFamily.HEADS, key);
    return value == null ? null : RecordCodec.head(key, value);
  }

  @Override
  public @Nullable ChunkContent content(ChunkHead head) throws IOException {
    RocksFamily family = head.place() == Place.INDEX ? RocksFamily.SMALL : RocksFamily.CONTENTS;
    byte[] value = get(family, RecordCodec.chunkKey(head.chunk()));
    return value == null ? null : RecordCodec.content(value);
  }

  @Override
  public List<ChunkHead> heads(@Nullable ChunkId after, int limit) throws IOException {
    List<ChunkHead> heads = new ArrayList<>();
    try (RocksIterator iterator = database.newIterator(handle(RocksFamily.HEADS), options.scan)) {
      seekAfter(iterator, after == null ? null : RecordCodec.chunkKey(after));
      for (; heads.size() < limit && iterator.isValid(); iterator.next()) {
        heads.add(RecordCodec.head(iterator.key(), iterator.value()));
      }
      iterator.status();
    } catch (RocksDBException failure) {
      throw wrap(failure);
    }
    return heads;
  }

  @Override
  public List<Unconfirmed> unconfirmed(long beforeMillis, @Nullable Unconfirmed after, int limit)
      throws IOException {
    List<Unconfirmed> found = new ArrayList<>();
    try (RocksIterator iterator =
        database.newIterator(handle(RocksFamily.UNCONFIRMED), options.scan)) {
      seekAfter(
          iterator,
          after == null
              ? null
              : RecordCodec.unconfirmedKey(after.expiresAtMillis(), after.chunk()));
      for (; found.size() < limit && iterator.isValid(); iterator.next()) {
        Unconfirmed next = RecordCodec.unconfirmed(iterator.key());
        if (next.expiresAtMillis() >= beforeMillis) {
          break;
        }
        found.add(next);
      }
      iterator.status();
    } catch (RocksDBException failure) {
      throw wrap(failure);
    }
    return found;
  }

  @Override
  public long sequencesReservedBelow() throws IOException {
    byte[] value = get(RocksFamily.SYSTEM, RocksFamily.SEQUENCES_KEY);
    return value == null ? 1 : RecordCodec.sequences(value);
  }

  @Override
  public @Nullable Trashed trashed(ChunkId chunk) throws IOException {
    if (!families.containsKey(RocksFamily.TRASH)) {
      return null;
    }
    byte[] value = get(RocksFamily.TRASH, RecordCodec.trashKey(chunk));
    return value == null ? null : RecordCodec.trashed(chunk, value);
  }

  @Override
  public List<Trashed> trash(long beforeMillis, @Nullable Trashed after, int limit)
      throws IOException {
    List<Trashed> found = new ArrayList<>();
    if (!families.containsKey(RocksFamily.TRASH)) {
      return found;
    }
    try (RocksIterator iterator = database.newIterator(handle(RocksFamily.TRASH), options.scan)) {
      seekAfter(
          iterator,
          after == null
              ? RecordCodec.trashTimeKey(0, null)
              : RecordCodec.trashTimeKey(after.sinceMillis(), after.head().chunk()));
      for (; found.size() < limit && iterator.isValid(); iterator.next()) {
        if (RecordCodec.trashedSince(iterator.key()) >= beforeMillis) {
          break;
        }
        Trashed next = trashed(RecordCodec.trashedChunk(iterator.key()));
        // Since the scan began it may have been taken back, and even been put there anew.
        if (next != null && next.sinceMillis() == RecordCodec.trashedSince(iterator.key())) {
          found.add(next);
        }
      }
      iterator.status();
    } catch (RocksDBException failure) {
      throw wrap(failure);
    }
    return found;
  }

  @Override
  public ScrubNote scrubNote() throws IOException {
    byte[] value = get(RocksFamily.SYSTEM, RocksFamily.SCRUBBED_KEY);
    return value == null ? ScrubNote.NONE : RecordCodec.scrubbed(value);
  }

  @Override
  public BrakeNote brakeNote() throws IOException {
    byte[] value = get(RocksFamily.SYSTEM, RocksFamily.BRAKE_KEY);
    return value == null ? BrakeNote.NONE : RecordCodec.brake(value);
  }

  @Override
  public void commit(List<IndexUpdate> updates) throws IOException {
    try (WriteBatch batch = new WriteBatch()) {
      RocksUpdates applied = new RocksUpdates(batch, families);
      for (IndexUpdate update : updates) {
        applied.add(update);
      }
      database.write(options.synced, batch);
      garbage.afterCommit();
    } catch (RocksDBException failure) {
      throw wrap(failure);
    }
  }

  @Override
  public void close() throws IOException {
    families.values().forEach(ColumnFamilyHandle::close);
    try {
      database.closeE();
    } catch (RocksDBException failure) {
      throw wrap(failure);
    } finally {
      database.close();
      options.close();
    }
  }

  private ColumnFamilyHandle handle(RocksFamily family) {
    return Objects.requireNonNull(families.get(family), family.columnName());
  }

  private byte @Nullable [] get(RocksFamily family, byte[] key) throws IOException {
    try {
      return database.get(handle(family), key);
    } catch (RocksDBException failure) {
      throw wrap(failure);
    }
  }

  private static void seekAfter(RocksIterator iterator, byte @Nullable [] key) {
    if (key == null) {
      iterator.seekToFirst();
      return;
    }
    iterator.seek(key);
    if (iterator.isValid() && Arrays.equals(iterator.key(), key)) {
      iterator.next();
    }
  }

  private static IOException wrap(RocksDBException failure) {
    return new IOException("index: " + failure.getMessage(), failure);
  }
}
