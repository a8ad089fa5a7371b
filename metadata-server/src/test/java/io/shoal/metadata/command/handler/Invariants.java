package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.ExtentTable;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.Life;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What holds of the tables after every command, written down a second time, independently of the
 * code that keeps them in step.
 */
final class Invariants {
  private static final HexFormat HEX = HexFormat.of();

  private final StateReader state;
  private final TreeSet<String> replicas = new TreeSet<>();
  private final TreeSet<String> uncounted = new TreeSet<>();
  private final TreeSet<String> under = new TreeSet<>();
  private final TreeSet<String> surplus = new TreeSet<>();
  private final TreeSet<String> garbage = new TreeSet<>();
  private final TreeSet<String> expiries = new TreeSet<>();
  private final TreeSet<String> owned = new TreeSet<>();

  private Invariants(StateReader state) {
    this.state = state;
  }

  static void check(StateReader state) {
    new Invariants(state).check();
  }

  /** Returns all rows of all tables, to compare replicas. */
  static List<String> dump(StateReader state) {
    List<String> rows = new ArrayList<>();
    for (Table table : Table.values()) {
      try (Cursor cursor = state.scan(table, new byte[0], null)) {
        while (cursor.next()) {
          rows.add(table + " " + HEX.formatHex(cursor.key()) + " " + HEX.formatHex(cursor.value()));
        }
      }
    }
    return rows;
  }

  private void check() {
    Map<ChunkId, Long> references = new HashMap<>();
    List<Long> inodes = ids(Table.INODES);
    for (long id : inodes) {
      checkInode(InodeTable.require(state, new InodeId(id)), references);
    }
    List<Long> chunks = ids(Table.CHUNKS);
    Map<Integer, Long> replicasOfNodes = new HashMap<>();
    for (long id : chunks) {
      ChunkRow row = ChunkTable.require(state, new ChunkId(id));
      assertThat(row.references())
          .as("references of chunk %x", id)
          .isEqualTo(references.getOrDefault(new ChunkId(id), 0L));
      assertThat(row.references() > 0).isEqualTo(row.state().live());
      indexChunk(id, row);
      row.replicas().forEach(r -> replicasOfNodes.merge(r.nodeId().value(), 1L, Long::sum));
    }
    for (int node = 1; node <= StateMachine.NODES; node++) {
      assertThat(SystemTable.replicasOf(state, new NodeId(node)))
          .isEqualTo(replicasOfNodes.getOrDefault(node, 0L));
    }
    List<Long> sessions = ids(Table.SESSIONS);
    assertThat(SystemTable.count(state, Counter.INODES)).isEqualTo(inodes.size());
    assertThat(SystemTable.count(state, Counter.CHUNKS)).isEqualTo(chunks.size());
    assertThat(SystemTable.count(state, Counter.SESSIONS)).isEqualTo(sessions.size());
    assertThat(keys(Table.REPLICAS, "")).isEqualTo(replicas);
    assertThat(keys(Table.UNCOUNTED, "")).isEqualTo(uncounted);
    assertThat(keys(Table.UNDER, "")).isEqualTo(under);
    assertThat(keys(Table.SURPLUS, "")).isEqualTo(surplus);
    assertThat(keys(Table.GARBAGE, "")).isEqualTo(garbage);
    assertThat(keys(Table.OWNED, "")).isEqualTo(owned);
    Set<String> stored = keys(Table.EXPIRIES, "");
    stored.removeAll(keys(Table.EXPIRIES, "01"));
    assertThat(stored).isEqualTo(expiries);
    assertThat(keys(Table.EXPIRIES, "01")).hasSize(sessions.size());
  }

  private void checkInode(InodeRow row, Map<ChunkId, Long> references) {
    long id = row.inodeId().value();
    if (row.life() instanceof Life.Pending pending) {
      owned.add(key(1, pending.sessionId().value(), id));
    } else if (row.life() instanceof Life.Removed removed) {
      expiries.add(key(row.isDirectory() ? 5 : 4, removed.readableUntilMillis(), id));
    }
    boolean beingReclaimed = row.life() instanceof Life.Removed;
    long[] end = {0};
    ExtentTable.forEach(
        state,
        row.inodeId(),
        extent -> {
          checkExtent(extent, beingReclaimed ? extent.fileOffset() : end[0]);
          end[0] = extent.fileEnd();
          references.merge(extent.chunkId(), 1L, Long::sum);
        });
    if (!beingReclaimed) {
      assertThat(end[0]).as("length of inode %x", id).isEqualTo(row.status().length());
    }
  }

  private void checkExtent(Extent extent, long expectedOffset) {
    assertThat(extent.fileOffset()).isEqualTo(expectedOffset);
    ChunkRow chunk = ChunkTable.require(state, extent.chunkId());
    assertThat(chunk.state().live()).as("chunk %s is live", extent.chunkId()).isTrue();
    assertThat(extent.chunkEnd()).isLessThanOrEqualTo(chunk.content().length());
  }

  private void indexChunk(long id, ChunkRow row) {
    Set<NodeId> nodes = new HashSet<>();
    row.holders().all().forEach(replica -> nodes.add(replica.nodeId()));
    assertThat(nodes).as("nodes of chunk %x", id).hasSameSizeAs(row.holders().all());
    if (row.state().live()) {
      indexReplicas(id, row);
    } else {
      assertThat(row.holders().uncounted()).as("chunk %x", id).isEmpty();
    }
    long expiry = row.origin().grantExpiresAtMillis();
    switch (row.state()) {
      case OPEN -> {
        expiries.add(key(2, expiry, id));
        owned.add(key(2, row.origin().sessionId().value(), id));
        owned.add(key(3, row.origin().inodeId().value(), id));
      }
      case SEALED -> {}
      case GARBAGE ->
          row.replicas()
              .forEach(
                  replica ->
                      garbage.add(
                          HEX.formatHex(
                              Key.of(replica.nodeId().value(), row.garbageAtMillis(), id))));
      case TOMBSTONE -> {
        assertThat(row.replicas()).isEmpty();
        expiries.add(key(3, expiry, id));
      }
    }
    if (row.state().live() && row.replicas().size() < row.redundancy().replication()) {
      under.add(HEX.formatHex(Key.ofKind(row.replicas().size(), Key.of(id))));
    }
  }

  private void indexReplicas(long id, ChunkRow row) {
    for (Replica replica : row.replicas()) {
      replicas.add(key(replica, id));
    }
    boolean extra = row.replicas().size() > row.redundancy().replication();
    for (UncountedReplica other : row.holders().uncounted()) {
      if (other.state() == UncountedReplica.State.DELETING) {
        garbage.add(HEX.formatHex(Key.of(other.nodeId().value(), other.sinceMillis(), id)));
      } else {
        uncounted.add(key(other.replica(), id));
        extra = true;
      }
    }
    boolean enough = row.replicas().size() >= row.redundancy().replication();
    if (row.state() == ChunkState.SEALED && enough && extra) {
      surplus.add(HEX.formatHex(Key.of(id)));
    }
  }

  private static String key(Replica replica, long id) {
    return HEX.formatHex(Key.of(replica.nodeId().value(), replica.volume(), id));
  }

  private static String key(int kind, long first, long second) {
    return HEX.formatHex(Key.ofKind(kind, Key.of(first, second)));
  }

  private List<Long> ids(Table table) {
    List<Long> ids = new ArrayList<>();
    try (Cursor cursor = state.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        ids.add(Key.longAt(cursor.key(), 0));
      }
    }
    return ids;
  }

  private Set<String> keys(Table table, String prefix) {
    Set<String> keys = new TreeSet<>();
    try (Cursor cursor = state.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        String key = HEX.formatHex(cursor.key());
        if (key.startsWith(prefix)) {
          keys.add(key);
        }
      }
    }
    return keys;
  }
}
