package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Turns changes of an index into those of its column families, all in one batch. */
final class RocksUpdates {
  private final WriteBatch batch;
  private final Map<RocksFamily, ColumnFamilyHandle> families;

  RocksUpdates(WriteBatch batch, Map<RocksFamily, ColumnFamilyHandle> families) {
    this.batch = batch;
    this.families = families;
  }

  /** Adds a change. */
  void add(IndexUpdate update) throws RocksDBException {
    if (update instanceof IndexUpdate.Put put) {
      put(put);
    } else if (update instanceof IndexUpdate.Delete delete) {
      removeContent(delete.chunk());
      removeHead(delete.chunk(), delete.expiresAtMillis());
    } else if (update instanceof IndexUpdate.Confirm confirm) {
      batch.delete(
          handle(RocksFamily.UNCONFIRMED),
          RecordCodec.unconfirmedKey(confirm.expiresAtMillis(), confirm.chunk()));
    } else if (update instanceof IndexUpdate.Unconfirm unconfirm) {
      putUnconfirmed(unconfirm.chunk(), unconfirm.expiresAtMillis());
    } else if (update instanceof IndexUpdate.MoveToTrash move) {
      moveToTrash(move.head(), move.sinceMillis());
    } else if (update instanceof IndexUpdate.TakeBack back) {
      removeFromTrash(back.trashed());
      putHead(back.trashed().head(), true);
    } else if (update instanceof IndexUpdate.Erase erase) {
      removeContent(erase.trashed().head().chunk());
      removeFromTrash(erase.trashed());
    } else if (update instanceof IndexUpdate.Scrubbed scrubbed) {
      putSystem(RocksFamily.SCRUBBED_KEY, RecordCodec.scrubbed(scrubbed.note()));
    } else if (update instanceof IndexUpdate.NoteBrake brake) {
      putSystem(RocksFamily.BRAKE_KEY, RecordCodec.brake(brake.note()));
    } else if (update instanceof IndexUpdate.ReserveSequences reserve) {
      putSystem(RocksFamily.SEQUENCES_KEY, RecordCodec.sequences(reserve.below()));
    }
  }

  private void put(IndexUpdate.Put put) throws RocksDBException {
    ChunkHead head = put.head();
    putHead(head, put.first());
    RocksFamily family = head.place() == Place.INDEX ? RocksFamily.SMALL : RocksFamily.CONTENTS;
    batch.put(
        handle(family), RecordCodec.chunkKey(head.chunk()), RecordCodec.content(put.content()));
  }

  private void putHead(ChunkHead head, boolean unconfirmed) throws RocksDBException {
    batch.put(
        handle(RocksFamily.HEADS), RecordCodec.chunkKey(head.chunk()), RecordCodec.head(head));
    if (unconfirmed) {
      putUnconfirmed(head.chunk(), head.expiresAtMillis());
    }
  }

  private void putUnconfirmed(ChunkId chunk, long expiresAtMillis) throws RocksDBException {
    batch.put(
        handle(RocksFamily.UNCONFIRMED),
        RecordCodec.unconfirmedKey(expiresAtMillis, chunk),
        new byte[0]);
  }

  private void removeHead(ChunkId chunk, long expiresAtMillis) throws RocksDBException {
    batch.delete(handle(RocksFamily.HEADS), RecordCodec.chunkKey(chunk));
    batch.delete(
        handle(RocksFamily.UNCONFIRMED), RecordCodec.unconfirmedKey(expiresAtMillis, chunk));
  }

  private void removeContent(ChunkId chunk) throws RocksDBException {
    byte[] key = RecordCodec.chunkKey(chunk);
    batch.delete(handle(RocksFamily.CONTENTS), key);
    batch.delete(handle(RocksFamily.SMALL), key);
  }

  private void moveToTrash(ChunkHead head, long sinceMillis) throws RocksDBException {
    ChunkId chunk = head.chunk();
    removeHead(chunk, head.expiresAtMillis());
    batch.put(
        handle(RocksFamily.TRASH),
        RecordCodec.trashKey(chunk),
        RecordCodec.trashed(new Trashed(sinceMillis, head)));
    batch.put(handle(RocksFamily.TRASH), RecordCodec.trashTimeKey(sinceMillis, chunk), new byte[0]);
  }

  private void removeFromTrash(Trashed trashed) throws RocksDBException {
    ChunkId chunk = trashed.head().chunk();
    batch.delete(handle(RocksFamily.TRASH), RecordCodec.trashKey(chunk));
    batch.delete(handle(RocksFamily.TRASH), RecordCodec.trashTimeKey(trashed.sinceMillis(), chunk));
  }

  private void putSystem(byte[] key, byte[] value) throws RocksDBException {
    batch.put(handle(RocksFamily.SYSTEM), key, value);
  }

  private ColumnFamilyHandle handle(RocksFamily family) {
    return Objects.requireNonNull(families.get(family), family.columnName());
  }
}
