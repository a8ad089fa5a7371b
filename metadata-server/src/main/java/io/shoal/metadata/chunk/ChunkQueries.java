package io.shoal.metadata.chunk;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the replicated state says of chunks.
 *
 * @param reader must not change while a query runs
 */
public record ChunkQueries(StateReader reader) {
  /** Most chunks that one request may name. */
  public static final int CHUNK_LIMIT = 1_000;

  /** Returns the record of a chunk; null if it has none. */
  public @Nullable ChunkRow find(ChunkId chunkId) {
    return ChunkTable.find(reader, chunkId);
  }

  /**
   * Returns where chunks are, in the order of the request; those that no file can refer to are left
   * out.
   *
   * @throws ShoalException LIMIT_EXCEEDED for more than {@link #CHUNK_LIMIT}
   */
  public List<ChunkLocation> locate(List<ChunkId> chunkIds) {
    if (chunkIds.size() > CHUNK_LIMIT) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          "",
          "chunks: " + chunkIds.size() + " (expected: at most " + CHUNK_LIMIT + ")");
    }
    List<ChunkLocation> locations = new ArrayList<>(chunkIds.size());
    for (ChunkId chunkId : chunkIds) {
      ChunkRow row = ChunkTable.find(reader, chunkId);
      if (row != null && row.state().live()) {
        locations.add(row.toLocation(chunkId));
      }
    }
    return locations;
  }

  /**
   * Says what a node is to do with a chunk that it holds. Rule G1.
   *
   * @param grantExpiresAtMillis until when the grant ran under which the node took the chunk
   */
  public ChunkVerdict verdict(ChunkId chunkId, NodeId nodeId, long grantExpiresAtMillis) {
    boolean expired = SystemTable.now(reader) > grantExpiresAtMillis;
    ChunkRow row = ChunkTable.find(reader, chunkId);
    if (row == null) {
      return expired ? ChunkVerdict.DELETE : ChunkVerdict.WAIT;
    }
    boolean counted = row.holders().counts(nodeId);
    return switch (row.state()) {
      case OPEN -> counted ? ChunkVerdict.KEEP : ChunkVerdict.WAIT;
      case SEALED -> {
        if (counted) {
          yield ChunkVerdict.KEEP;
        }
        UncountedReplica other = row.holders().uncounted(nodeId);
        if (other != null) {
          // Rule P2: what is to be deleted is deleted by order, for the answer has to be recorded.
          yield other.state() == UncountedReplica.State.DELETING
              ? ChunkVerdict.WAIT
              : ChunkVerdict.KEEP;
        }
        yield expired ? ChunkVerdict.DELETE : ChunkVerdict.WAIT;
      }
      // Rule P2, G5: deleted by order, for the answer has to be recorded; nothing that is unknown.
      case GARBAGE -> counted ? ChunkVerdict.WAIT : ChunkVerdict.DELETE;
      case TOMBSTONE -> ChunkVerdict.DELETE;
    };
  }

  /**
   * Returns garbage that a node is to delete, oldest first: the body of an order. The node's answer
   * comes back as {@code ReplicasDeleted}.
   *
   * @param after the last one of the order before; null for the first ones
   */
  public List<GarbageChunk> deletable(NodeId nodeId, @Nullable GarbageChunk after, int limit) {
    List<GarbageChunk> chunks = new ArrayList<>();
    long node = nodeId.value();
    byte[] from =
        after == null
            ? Key.of(node)
            : Key.after(Key.of(node, after.sinceMillis(), after.chunkId().value()));
    try (Cursor cursor = reader.scan(Table.GARBAGE, from, Key.behind(Key.of(node)))) {
      while (chunks.size() < limit && cursor.next()) {
        chunks.add(
            new GarbageChunk(
                Key.longAt(cursor.key(), 8), new ChunkId(Key.longAt(cursor.key(), 16))));
      }
    }
    return chunks;
  }

  /**
   * Returns replicas of a node that count, in the order of their volumes and ids.
   *
   * @param after the last one of the page before; null for the first page
   */
  public List<HeldChunk> countedOn(NodeId nodeId, @Nullable HeldChunk after, int limit) {
    return held(Table.REPLICAS, nodeId, after, limit);
  }

  /** As {@link #countedOn}, of those that do not count and are not being deleted. */
  public List<HeldChunk> uncountedOn(NodeId nodeId, @Nullable HeldChunk after, int limit) {
    return held(Table.UNCOUNTED, nodeId, after, limit);
  }

  private List<HeldChunk> held(Table table, NodeId nodeId, @Nullable HeldChunk after, int limit) {
    long node = nodeId.value();
    byte[] from =
        after == null ? Key.of(node) : Key.of(node, after.volume(), after.chunkId().value() + 1);
    return held(table, from, Key.behind(Key.of(node)), limit);
  }

  private List<HeldChunk> held(Table table, byte[] from, byte[] to, int limit) {
    List<HeldChunk> chunks = new ArrayList<>();
    try (Cursor cursor = reader.scan(table, from, to)) {
      while (chunks.size() < limit && cursor.next()) {
        chunks.add(
            new HeldChunk(
                (int) Key.longAt(cursor.key(), 8), new ChunkId(Key.longAt(cursor.key(), 16))));
      }
    }
    return chunks;
  }

  /** Returns replicas that count on one volume of a node, in the order of their ids. */
  public List<HeldChunk> countedOnVolume(NodeId nodeId, int volume, int limit) {
    byte[] prefix = Key.of(nodeId.value(), volume);
    return held(Table.REPLICAS, prefix, Key.behind(prefix), limit);
  }

  /**
   * Returns chunks below their policy, those with the fewest replicas first. Rule P1.
   *
   * @param after the last one of the page before; null for the first page
   */
  public List<UnderReplicated> underReplicated(@Nullable UnderReplicated after, int limit) {
    byte[] from =
        after == null
            ? new byte[0]
            : Key.ofKind(after.replicas(), Key.of(after.chunkId().value() + 1));
    List<UnderReplicated> chunks = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.UNDER, from, null)) {
      while (chunks.size() < limit && cursor.next()) {
        chunks.add(new UnderReplicated(cursor.key()[0], new ChunkId(Key.longAt(cursor.key(), 1))));
      }
    }
    return chunks;
  }

  /**
   * Returns chunks that have replicas beside all that they should have, in the order of their ids.
   *
   * @param after the last one of the page before; null for the first page
   */
  public List<ChunkId> surplus(@Nullable ChunkId after, int limit) {
    byte[] from = after == null ? new byte[0] : Key.of(after.value() + 1);
    List<ChunkId> chunkIds = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SURPLUS, from, null)) {
      while (chunkIds.size() < limit && cursor.next()) {
        chunkIds.add(new ChunkId(Key.longAt(cursor.key(), 0)));
      }
    }
    return chunkIds;
  }

  /**
   * Counts chunks that do not have the replicas that they should have.
   *
   * @param limit most chunks to look at of each kind
   */
  public ChunkHealth health(long limit) {
    long missing = 0;
    long under = 0;
    try (Cursor cursor = reader.scan(Table.UNDER, new byte[0], null)) {
      while (missing + under < limit && cursor.next()) {
        if (cursor.key()[0] == 0) {
          missing++;
        } else {
          under++;
        }
      }
    }
    long surplus = 0;
    try (Cursor cursor = reader.scan(Table.SURPLUS, new byte[0], null)) {
      while (surplus < limit && cursor.next()) {
        surplus++;
      }
    }
    return new ChunkHealth(missing, under, surplus, missing + under < limit && surplus < limit);
  }

  /** Tells whether nothing is on record of a node: neither a replica nor one to be deleted. */
  public boolean holdsNothing(NodeId nodeId) {
    return countedOn(nodeId, null, 1).isEmpty()
        && uncountedOn(nodeId, null, 1).isEmpty()
        && deletable(nodeId, null, 1).isEmpty();
  }

  /** Tells whether open chunks are due for {@code SealExpired}. Rule C2. */
  public boolean sealDue() {
    return ExpiryIndex.anyDue(reader, ExpiryIndex.Kind.OPEN_CHUNK, SystemTable.now(reader));
  }
}
