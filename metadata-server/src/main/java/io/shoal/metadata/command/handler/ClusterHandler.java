package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeTable;
import io.shoal.metadata.cluster.SigningKey;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.ClusterCommand.ConfigureCluster;
import io.shoal.metadata.command.ClusterCommand.InitCluster;
import io.shoal.metadata.command.ClusterCommand.RegisterNode;
import io.shoal.metadata.command.ClusterCommand.RotateSigningKey;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.Life;
import io.shoal.metadata.store.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The cluster as a whole: settings, ids, nodes, keys. */
final class ClusterHandler {
  private static final int ALLOCATION_LIMIT = 1 << 20;
  private static final int SECRET_BYTES = 32;
  private static final int VALID_KEYS = 2;
  private static final int VOLUME_LIMIT = 256;
  private static final int TEXT_LIMIT_CHARS = 4_096;
  private static final long GRANT_LIFETIME_LIMIT_MILLIS = 15 * 60 * 1000L;
  private static final long DURATION_LIMIT_MILLIS = 3_650L * 24 * 60 * 60 * 1000;

  private ClusterHandler() {}

  static Reply init(Context context, InitCluster command) {
    StateWriter state = context.state();
    ClusterIdentity known = SystemTable.identity(state);
    if (known != null) {
      throw new ShoalException(
          ErrorCode.ALREADY_EXISTS, known.clusterId(), "the cluster is initialised already");
    }
    ClusterIdentity identity = command.identity();
    checkText("cluster id", identity.clusterId());
    check("space", identity.space(), 0, 255);
    check("recovery epoch", identity.recoveryEpoch(), 0, 255);
    checkSettings(command.settings());
    SystemTable.putIdentity(state, identity);
    SystemTable.putSettings(state, command.settings());
    // The root has the first id in every space and epoch.
    SystemTable.add(state, Counter.INODE_IDS, InodeTable.ROOT.value());
    InodeTable.insert(
        state,
        Inodes.freshDirectory(context, InodeTable.ROOT, Attributes.NONE).withLife(Life.VISIBLE));
    return Reply.DONE;
  }

  static Reply configure(Context context, ConfigureCluster command) {
    SystemTable.settings(context.state());
    checkSettings(command.settings());
    SystemTable.putSettings(context.state(), command.settings());
    return Reply.DONE;
  }

  private static void checkSettings(ClusterSettings settings) {
    check("replication", settings.replication(), 1, FilePolicy.REPLICATION_LIMIT);
    check("min-replicas", settings.minReplicas(), 1, settings.replication());
    check("chunk-size", settings.chunkSizeBytes(), 1, Integer.MAX_VALUE);
    FilePolicy.DEFAULT.resolve(settings);
    check("grace", settings.graceMillis(), 0, DURATION_LIMIT_MILLIS);
    check("session-lifetime", settings.sessionLifetimeMillis(), 1, DURATION_LIMIT_MILLIS);
    // Rule G3.
    check("grant-lifetime", settings.grantLifetimeMillis(), 1, GRANT_LIFETIME_LIMIT_MILLIS);
  }

  // Rule T2.
  static Reply allocateIds(Context context, AllocateIds command) {
    check("count", command.count(), 1, ALLOCATION_LIMIT);
    long first = SystemTable.takeIds(context.state(), Counter.CHUNK_IDS, command.count());
    return new Reply.IdsAllocated(new ChunkId(first), command.count());
  }

  static Reply registerNode(Context context, RegisterNode command) {
    NodeDescription description = command.description();
    checkText("host", description.host());
    check("port", description.port(), 1, 65_535);
    checkLength("failure domain", description.failureDomain());
    checkLength("version", description.version());
    check("volumes", description.volumes().size(), 0, VOLUME_LIMIT);
    NodeRecord known = NodeTable.find(context.state(), description.uuid());
    NodeId nodeId =
        known != null
            ? known.nodeId()
            : new NodeId((int) SystemTable.add(context.state(), Counter.NODE_IDS, 1));
    List<VolumeRecord> before = known == null ? List.of() : known.description().volumes();
    NodeDescription merged =
        new NodeDescription(
            description.uuid(),
            description.host(),
            description.port(),
            description.failureDomain(),
            description.version(),
            mergeVolumes(before, description.volumes()));
    NodeTable.put(
        context.state(),
        known == null ? NodeRecord.active(nodeId, merged) : known.registered(merged));
    return new Reply.NodeRegistered(nodeId);
  }

  /** A volume that is not reported stays on record, and a fenced one stays fenced. Rule D3. */
  private static List<VolumeRecord> mergeVolumes(
      List<VolumeRecord> before, List<VolumeRecord> reported) {
    Map<Integer, VolumeRecord> merged = new TreeMap<>();
    before.forEach(volume -> merged.put(volume.volume(), volume));
    List<Integer> seen = new ArrayList<>();
    for (VolumeRecord volume : reported) {
      check("volume", volume.volume(), 1, Integer.MAX_VALUE);
      checkLength("directory", volume.directory());
      checkLength("fence reason", volume.fenceReason());
      check("capacity", volume.capacityBytes(), 0, Long.MAX_VALUE);
      if (seen.contains(volume.volume())) {
        throw Refusal.invalid("volume", "volume " + volume.volume() + " is reported twice");
      }
      seen.add(volume.volume());
      VolumeRecord old = merged.get(volume.volume());
      String fence = old != null && old.fenced() ? old.fenceReason() : volume.fenceReason();
      merged.put(
          volume.volume(),
          new VolumeRecord(volume.volume(), volume.directory(), volume.capacityBytes(), fence));
    }
    check("volumes on record", merged.size(), 0, VOLUME_LIMIT);
    return List.copyOf(merged.values());
  }

  // Rule S3: two keys are valid at a time.
  static Reply rotateSigningKey(Context context, RotateSigningKey command) {
    check("secret bytes", command.secret().size(), SECRET_BYTES, SECRET_BYTES);
    List<SigningKey> keys = new ArrayList<>(SystemTable.signingKeys(context.state()));
    int keyId = keys.isEmpty() ? 1 : keys.get(keys.size() - 1).keyId() + 1;
    keys.add(new SigningKey(keyId, command.secret()));
    int drop = Math.max(0, keys.size() - VALID_KEYS);
    SystemTable.putSigningKeys(context.state(), keys.subList(drop, keys.size()));
    return new Reply.KeyRotated(keyId);
  }

  private static void check(String name, long actual, long min, long max) {
    if (actual < min || actual > max) {
      throw Refusal.invalid(name, name + ": " + actual + " (expected: " + min + " to " + max + ")");
    }
  }

  private static void checkText(String name, String value) {
    check(name + " length", value.length(), 1, TEXT_LIMIT_CHARS);
  }

  private static void checkLength(String name, String value) {
    check(name + " length", value.length(), 0, TEXT_LIMIT_CHARS);
  }
}
