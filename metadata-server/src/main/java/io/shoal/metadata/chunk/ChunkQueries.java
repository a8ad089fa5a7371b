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
    boolean counted = row.replicas().stream().anyMatch(r -> r.nodeId().equals(nodeId));
    return switch (row.state()) {
      case OPEN -> counted ? ChunkVerdict.KEEP : ChunkVerdict.WAIT;
      case SEALED -> {
        if (counted) {
          yield ChunkVerdict.KEEP;
        }
        yield expired ? ChunkVerdict.DELETE : ChunkVerdict.WAIT;
      }
      case GARBAGE, TOMBSTONE -> ChunkVerdict.DELETE;
    };
  }

  /**
   * Returns garbage that a node is to delete, oldest first: the body of an order. The node's answer
   * comes back as {@code ReplicasDeleted}.
   */
  public List<ChunkId> deletable(NodeId nodeId, int limit) {
    List<ChunkId> chunkIds = new ArrayList<>();
    byte[] prefix = Key.of(nodeId.value());
    try (Cursor cursor = reader.scan(Table.GARBAGE, prefix, Key.behind(prefix))) {
      while (chunkIds.size() < limit && cursor.next()) {
        chunkIds.add(new ChunkId(Key.longAt(cursor.key(), 16)));
      }
    }
    return chunkIds;
  }

  /** Tells whether open chunks are due for {@code SealExpired}. Rule C2. */
  public boolean sealDue() {
    return ExpiryIndex.anyDue(reader, ExpiryIndex.Kind.OPEN_CHUNK, SystemTable.now(reader));
  }
}
