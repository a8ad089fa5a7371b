package io.shoal.metadata.cluster;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.index.LookupIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The storage nodes that ever registered, by number and by UUID. */
public final class NodeTable {
  /** The layout of a node that is not dead. */
  private static final int FIRST_VERSION = 1;

  /** The layout with the death at its end. */
  private static final int DEATH_VERSION = 2;

  /** The layout of a node in maintenance, with its end behind the death. */
  private static final int MAINTENANCE_VERSION = 3;

  private NodeTable() {}

  /** Returns a node; null if no node has the number. */
  public static @Nullable NodeRecord find(StateReader reader, NodeId nodeId) {
    byte[] row = reader.get(Table.NODES, Key.of(nodeId.value()));
    return row == null ? null : decode(nodeId, row);
  }

  /** Returns a node; null if none registered with the UUID. */
  public static @Nullable NodeRecord find(StateReader reader, UUID uuid) {
    long id = LookupIndex.find(reader, LookupIndex.Kind.NODE_UUID, name(uuid));
    return id == LookupIndex.NONE ? null : find(reader, new NodeId((int) id));
  }

  /** Returns all nodes in the order of their numbers. */
  public static List<NodeRecord> all(StateReader reader) {
    List<NodeRecord> nodes = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.NODES, new byte[0], null)) {
      while (cursor.next()) {
        nodes.add(decode(new NodeId((int) Key.longAt(cursor.key(), 0)), cursor.value()));
      }
    }
    return nodes;
  }

  /** Puts a node in the place of the one with its number. */
  public static void put(StateWriter writer, NodeRecord node) {
    NodeDescription description = node.description();
    RowWriter row =
        new RowWriter(versionOf(node))
            .putFixed(description.uuid().getMostSignificantBits())
            .putFixed(description.uuid().getLeastSignificantBits())
            .putText(description.host())
            .putNumber(description.port())
            .putText(description.failureDomain())
            .putText(description.version())
            .putNumber(node.adminState().number())
            .putNumber(description.volumes().size());
    for (VolumeRecord volume : description.volumes()) {
      row.putNumber(volume.volume())
          .putText(volume.directory())
          .putNumber(volume.capacityBytes())
          .putText(volume.fenceReason());
    }
    if (node.dead() || node.inMaintenance()) {
      row.putFlag(node.dead());
    }
    if (node.inMaintenance()) {
      row.putFixed(node.maintenanceEndMillis());
    }
    long id = node.nodeId().value();
    writer.put(Table.NODES, Key.of(id), row.toByteArray());
    LookupIndex.put(writer, LookupIndex.Kind.NODE_UUID, name(description.uuid()), id);
  }

  private static int versionOf(NodeRecord node) {
    if (node.inMaintenance()) {
      return MAINTENANCE_VERSION;
    }
    return node.dead() ? DEATH_VERSION : FIRST_VERSION;
  }

  private static NodeRecord decode(NodeId nodeId, byte[] row) {
    RowReader fields = new RowReader("node", row, FIRST_VERSION, MAINTENANCE_VERSION);
    UUID uuid = new UUID(fields.fixed(), fields.fixed());
    String host = fields.text();
    int port = fields.smallNumber();
    String failureDomain = fields.text();
    String version = fields.text();
    AdminState adminState = AdminState.ofNumber(fields.smallNumber());
    int count = fields.smallNumber();
    List<VolumeRecord> volumes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      volumes.add(
          new VolumeRecord(fields.smallNumber(), fields.text(), fields.number(), fields.text()));
    }
    boolean dead = fields.version() >= DEATH_VERSION && fields.flag();
    long maintenanceEndMillis = fields.version() >= MAINTENANCE_VERSION ? fields.fixed() : 0;
    fields.end();
    return new NodeRecord(
        nodeId,
        new NodeDescription(uuid, host, port, failureDomain, version, volumes),
        adminState,
        dead,
        maintenanceEndMillis);
  }

  private static byte[] name(UUID uuid) {
    return Key.of(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }
}
