package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.index.OwnerIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Table;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which index rows a chunk's record has: a function of the record alone, so that no change of it
 * can leave an index behind.
 */
final class ChunkIndexes {
  private ChunkIndexes() {}

  /**
   * A row of an index; its value is empty.
   *
   * @param key compared by content
   */
  record Entry(Table table, ByteBuffer key) {
    private Entry(Table table, byte[] key) {
      this(table, ByteBuffer.wrap(key).asReadOnlyBuffer());
    }

    byte[] keyBytes() {
      byte[] bytes = new byte[key.remaining()];
      key.get(key.position(), bytes);
      return bytes;
    }
  }

  static Set<Entry> of(ChunkId chunkId, ChunkRow row) {
    long id = chunkId.value();
    Set<Entry> entries = new LinkedHashSet<>();
    if (row.state().live()) {
      row.replicas()
          .forEach(replica -> entries.add(new Entry(Table.REPLICAS, replicaKey(replica, id))));
    }
    for (UncountedReplica other : row.holders().uncounted()) {
      entries.add(uncounted(other, id));
    }
    switch (row.state()) {
      case OPEN -> {
        addOpen(entries, id, row.origin());
        addUnder(entries, id, row);
      }
      case SEALED -> {
        addUnder(entries, id, row);
        if (row.surplus()) {
          entries.add(new Entry(Table.SURPLUS, Key.of(id)));
        }
      }
      case GARBAGE -> {
        for (Replica replica : row.replicas()) {
          long node = replica.nodeId().value();
          entries.add(new Entry(Table.GARBAGE, Key.of(node, row.garbageAtMillis(), id)));
        }
      }
      case TOMBSTONE ->
          entries.add(
              new Entry(
                  Table.EXPIRIES,
                  ExpiryIndex.key(
                      ExpiryIndex.Kind.TOMBSTONE, row.origin().grantExpiresAtMillis(), id)));
    }
    return entries;
  }

  private static Entry uncounted(UncountedReplica other, long id) {
    // Rule P2: what is to be deleted stands where the orders to delete come from.
    return other.state() == UncountedReplica.State.DELETING
        ? new Entry(Table.GARBAGE, Key.of(other.nodeId().value(), other.sinceMillis(), id))
        : new Entry(Table.UNCOUNTED, replicaKey(other.replica(), id));
  }

  private static void addOpen(Set<Entry> entries, long id, ChunkRow.Origin origin) {
    long expiry = origin.grantExpiresAtMillis();
    entries.add(
        new Entry(Table.EXPIRIES, ExpiryIndex.key(ExpiryIndex.Kind.OPEN_CHUNK, expiry, id)));
    long session = origin.sessionId().value();
    entries.add(
        new Entry(
            Table.OWNED, OwnerIndex.key(OwnerIndex.Kind.OPEN_CHUNKS_OF_SESSION, session, id)));
    long inode = origin.inodeId().value();
    entries.add(
        new Entry(Table.OWNED, OwnerIndex.key(OwnerIndex.Kind.OPEN_CHUNKS_OF_INODE, inode, id)));
  }

  // Rule P1: the fewest replicas come first.
  private static void addUnder(Set<Entry> entries, long id, ChunkRow row) {
    if (row.missing() > 0) {
      entries.add(new Entry(Table.UNDER, Key.ofKind(row.replicas().size(), Key.of(id))));
    }
  }

  static byte[] replicaKey(Replica replica, long id) {
    return Key.of(replica.nodeId().value(), replica.volume(), id);
  }
}
