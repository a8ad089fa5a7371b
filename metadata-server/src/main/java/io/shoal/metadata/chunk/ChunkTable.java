package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.index.OwnerIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of chunks. Every change goes through one method that brings the indexes (replicas,
 * open chunks, under-replicated ones, garbage, tombstones) along.
 */
public final class ChunkTable {
  private static final byte[] PRESENT = {};

  private ChunkTable() {}

  /** Returns the record of a chunk; null if it has none. */
  public static @Nullable ChunkRow find(StateReader reader, ChunkId chunkId) {
    byte[] row = reader.get(Table.CHUNKS, Key.of(chunkId.value()));
    return row == null ? null : ChunkRow.decode(row);
  }

  /** Returns the record of a chunk that a row of the state names. */
  public static ChunkRow require(StateReader reader, ChunkId chunkId) {
    ChunkRow row = find(reader, chunkId);
    if (row == null) {
      throw new IllegalStateException("chunk " + chunkId + ": no record (expected: one)");
    }
    return row;
  }

  /**
   * Puts, replaces or erases a record.
   *
   * @param before what is there; null if nothing is
   * @param after what comes there; null to erase it
   */
  public static void change(
      StateWriter writer, ChunkId chunkId, @Nullable ChunkRow before, @Nullable ChunkRow after) {
    Set<ChunkIndexes.Entry> old = before == null ? Set.of() : ChunkIndexes.of(chunkId, before);
    Set<ChunkIndexes.Entry> now = after == null ? Set.of() : ChunkIndexes.of(chunkId, after);
    for (ChunkIndexes.Entry entry : old) {
      if (!now.contains(entry)) {
        writer.delete(entry.table(), entry.keyBytes());
      }
    }
    for (ChunkIndexes.Entry entry : now) {
      if (!old.contains(entry)) {
        writer.put(entry.table(), entry.keyBytes(), PRESENT);
      }
    }
    countReplicas(writer, before, after);
    if (after != null) {
      writer.put(Table.CHUNKS, Key.of(chunkId.value()), after.encode());
    } else {
      writer.delete(Table.CHUNKS, Key.of(chunkId.value()));
    }
    int records = (after == null ? 0 : 1) - (before == null ? 0 : 1);
    if (records != 0) {
      SystemTable.add(writer, Counter.CHUNKS, records);
    }
  }

  private static void countReplicas(
      StateWriter writer, @Nullable ChunkRow before, @Nullable ChunkRow after) {
    List<NodeId> gone = before == null ? List.of() : nodes(before);
    List<NodeId> there = after == null ? List.of() : nodes(after);
    for (NodeId node : gone) {
      if (!there.contains(node)) {
        SystemTable.addReplicas(writer, node, -1);
      }
    }
    for (NodeId node : there) {
      if (!gone.contains(node)) {
        SystemTable.addReplicas(writer, node, 1);
      }
    }
  }

  private static List<NodeId> nodes(ChunkRow row) {
    return row.replicas().stream().map(Replica::nodeId).toList();
  }

  /** Seals a chunk at its committed length, if it is open. Rule C2. */
  public static void seal(StateWriter writer, ChunkId chunkId) {
    ChunkRow row = require(writer, chunkId);
    if (row.state() == ChunkState.OPEN) {
      change(writer, chunkId, row, row.sealed());
    }
  }

  /**
   * Takes references from a chunk; with the last one it becomes garbage.
   *
   * @param count how many extents that named it are gone
   */
  public static void dropReferences(
      StateWriter writer, ChunkId chunkId, int count, long nowMillis) {
    ChunkRow row = require(writer, chunkId);
    long left = row.references() - count;
    if (left < 0 || !row.state().live()) {
      throw new IllegalStateException(
          "chunk " + chunkId + ": " + left + " references left, " + row.state());
    }
    if (left > 0) {
      change(writer, chunkId, row, row.referenced(left, 0));
      return;
    }
    ChunkRow garbage = row.unreferenced(nowMillis);
    if (garbage.replicas().isEmpty()) {
      bury(writer, chunkId, row, garbage.remaining(List.of()), nowMillis);
    } else {
      change(writer, chunkId, row, garbage);
    }
  }

  /**
   * Takes a node's replica from the record, after the node deleted it durably: of a garbage chunk,
   * or one that was marked for it.
   *
   * @return whether there was such a replica
   */
  public static boolean dropReplica(
      StateWriter writer, ChunkId chunkId, NodeId nodeId, long nowMillis) {
    ChunkRow row = find(writer, chunkId);
    if (row == null) {
      return false;
    }
    if (row.state().live()) {
      UncountedReplica marked = row.holders().uncounted(nodeId);
      if (marked == null || marked.state() != UncountedReplica.State.DELETING) {
        return false;
      }
      change(writer, chunkId, row, row.heldBy(row.holders().without(nodeId)));
      return true;
    }
    List<Replica> left = new ArrayList<>(row.replicas());
    if (!left.removeIf(replica -> replica.nodeId().equals(nodeId))) {
      return false;
    }
    bury(writer, chunkId, row, row.remaining(left), nowMillis);
    return true;
  }

  // Rule G2: a tombstone is needed only as long as its grant could still bring a commit.
  private static void bury(
      StateWriter writer, ChunkId chunkId, ChunkRow before, ChunkRow after, long nowMillis) {
    boolean erase =
        after.state() == ChunkState.TOMBSTONE && nowMillis > after.origin().grantExpiresAtMillis();
    change(writer, chunkId, before, erase ? null : after);
  }

  /**
   * Takes a replica from the reverse index if no live chunk stands behind it: earlier versions left
   * those of garbage there.
   *
   * @return whether there was none
   */
  public static boolean dropStale(StateWriter writer, Replica replica, ChunkId chunkId) {
    ChunkRow row = find(writer, chunkId);
    if (row != null && row.state().live()) {
      return false;
    }
    writer.delete(Table.REPLICAS, ChunkIndexes.replicaKey(replica, chunkId.value()));
    return true;
  }

  /** Erases a tombstone. */
  public static void erase(StateWriter writer, ChunkId chunkId) {
    ChunkRow row = require(writer, chunkId);
    if (row.state() != ChunkState.TOMBSTONE) {
      throw new IllegalStateException(
          "chunk " + chunkId + ": " + row.state() + " (expected: TOMBSTONE)");
    }
    change(writer, chunkId, row, null);
  }

  /** Returns open chunks of a file, at most {@code limit}. */
  public static List<ChunkId> openChunksOf(StateReader reader, InodeId inodeId, int limit) {
    return OwnerIndex.of(reader, OwnerIndex.Kind.OPEN_CHUNKS_OF_INODE, inodeId.value(), limit)
        .stream()
        .map(ChunkId::new)
        .toList();
  }
}
