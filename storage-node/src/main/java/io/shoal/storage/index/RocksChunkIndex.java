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
  private static final byte[] SEQUENCES_KEY = "sequences".getBytes(UTF_8);
  private static final byte[] SCRUBBED_KEY = "scrubbed".getBytes(UTF_8);

  /** The column families, in the order in which they are opened. */
  private enum Family {
    SYSTEM("default"),
    HEADS("heads"),
    CONTENTS("contents"),
    SMALL("small"),
    UNCONFIRMED("unconfirmed");

    private final String name;

    Family(String name) {
      this.name = name;
    }

    byte[] key() {
      return name.getBytes(UTF_8);
    }
  }

  private final RocksDB database;
  private final Map<Family, ColumnFamilyHandle> families;
  private final RocksOptions options;
  private final SmallChunkGarbage garbage;

  private RocksChunkIndex(
      RocksDB database, Map<Family, ColumnFamilyHandle> families, RocksOptions options) {
    this.database = database;
    this.families = families;
    this.options = options;
    this.garbage =
        new SmallChunkGarbage(database, handle(Family.SMALL), options.smallChunks.blobFileSize());
  }

  /** Opens an index; takes the options if it returns. */
  static RocksChunkIndex open(Path directory, boolean readOnly, RocksOptions options)
      throws RocksDBException {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : Family.values()) {
      ColumnFamilyOptions chosen = family == Family.SMALL ? options.smallChunks : options.records;
      descriptors.add(new ColumnFamilyDescriptor(family.key(), chosen));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    String path = directory.toString();
    RocksDB database =
        readOnly
            ? RocksDB.openReadOnly(options.database, path, descriptors, handles)
            : RocksDB.open(options.database, path, descriptors, handles);
    Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      families.put(family, handles.get(families.size()));
    }
    RocksChunkIndex index = new RocksChunkIndex(database, families, options);
    if (!readOnly) {
      index.garbage.look();
    }
    return index;
  }

  @Override
  public @Nullable ChunkHead head(ChunkId chunk) throws IOException {
    byte[] key = RecordCodec.chunkKey(chunk);
    byte[] value = get(Family.HEADS, key);
    return value == null ? null : RecordCodec.head(key, value);
  }

  @Override
  public @Nullable ChunkContent content(ChunkHead head) throws IOException {
    Family family = head.place() == Place.INDEX ? Family.SMALL : Family.CONTENTS;
    byte[] value = get(family, RecordCodec.chunkKey(head.chunk()));
    return value == null ? null : RecordCodec.content(value);
  }

  @Override
  public List<ChunkHead> heads(@Nullable ChunkId after, int limit) throws IOException {
    List<ChunkHead> heads = new ArrayList<>();
    try (RocksIterator iterator = database.newIterator(handle(Family.HEADS), options.scan)) {
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
    try (RocksIterator iterator = database.newIterator(handle(Family.UNCONFIRMED), options.scan)) {
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
    byte[] value = get(Family.SYSTEM, SEQUENCES_KEY);
    return value == null ? 1 : RecordCodec.sequences(value);
  }

  @Override
  public @Nullable ChunkId scrubbedUpTo() throws IOException {
    byte[] value = get(Family.SYSTEM, SCRUBBED_KEY);
    return value == null ? null : RecordCodec.scrubbed(value);
  }

  @Override
  public void commit(List<IndexUpdate> updates) throws IOException {
    try (WriteBatch batch = new WriteBatch()) {
      for (IndexUpdate update : updates) {
        add(batch, update);
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

  private void add(WriteBatch batch, IndexUpdate update) throws RocksDBException {
    if (update instanceof IndexUpdate.Put put) {
      ChunkHead head = put.head();
      byte[] key = RecordCodec.chunkKey(head.chunk());
      batch.put(handle(Family.HEADS), key, RecordCodec.head(head));
      Family family = head.place() == Place.INDEX ? Family.SMALL : Family.CONTENTS;
      batch.put(handle(family), key, RecordCodec.content(put.content()));
      if (put.first()) {
        batch.put(
            handle(Family.UNCONFIRMED),
            RecordCodec.unconfirmedKey(head.expiresAtMillis(), head.chunk()),
            new byte[0]);
      }
    } else if (update instanceof IndexUpdate.Delete delete) {
      byte[] key = RecordCodec.chunkKey(delete.chunk());
      batch.delete(handle(Family.HEADS), key);
      batch.delete(handle(Family.CONTENTS), key);
      batch.delete(handle(Family.SMALL), key);
      batch.delete(
          handle(Family.UNCONFIRMED),
          RecordCodec.unconfirmedKey(delete.expiresAtMillis(), delete.chunk()));
    } else if (update instanceof IndexUpdate.Confirm confirm) {
      batch.delete(
          handle(Family.UNCONFIRMED),
          RecordCodec.unconfirmedKey(confirm.expiresAtMillis(), confirm.chunk()));
    } else if (update instanceof IndexUpdate.Scrubbed scrubbed) {
      if (scrubbed.upTo() == null) {
        batch.delete(handle(Family.SYSTEM), SCRUBBED_KEY);
      } else {
        batch.put(handle(Family.SYSTEM), SCRUBBED_KEY, RecordCodec.scrubbed(scrubbed.upTo()));
      }
    } else if (update instanceof IndexUpdate.ReserveSequences reserve) {
      batch.put(handle(Family.SYSTEM), SEQUENCES_KEY, RecordCodec.sequences(reserve.below()));
    }
  }

  private ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(families.get(family), family.name);
  }

  private byte @Nullable [] get(Family family, byte[] key) throws IOException {
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
