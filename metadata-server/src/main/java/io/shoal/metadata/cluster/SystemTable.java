package io.shoal.metadata.cluster;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The single rows: log clock, identity, settings, signing keys, counters. */
public final class SystemTable {
  private static final int VERSION = 1;

  private static final byte[] NOW = {1};
  private static final byte[] IDENTITY = {2};
  private static final byte[] SETTINGS = {3};
  private static final byte[] SIGNING_KEYS = {4};
  private static final byte[] HISTORY = {5};
  private static final int NODE_REPLICAS = 32;

  private SystemTable() {}

  /** Returns the log clock; 0 before the first command. Rule T1. */
  public static long now(StateReader reader) {
    byte[] row = reader.get(Table.SYSTEM, NOW);
    if (row == null) {
      return 0;
    }
    RowReader fields = new RowReader("log clock", row, VERSION);
    long now = fields.fixed();
    fields.end();
    return now;
  }

  /** Raises the log clock to a time, unless it is there already, and returns it. Rule T1. */
  public static long raiseNow(StateWriter writer, long timeMillis) {
    long now = now(writer);
    if (timeMillis <= now) {
      return now;
    }
    writer.put(Table.SYSTEM, NOW, new RowWriter(VERSION).putFixed(timeMillis).toByteArray());
    return timeMillis;
  }

  /** Returns which cluster this is; null before it was initialised. */
  public static @Nullable ClusterIdentity identity(StateReader reader) {
    byte[] row = reader.get(Table.SYSTEM, IDENTITY);
    if (row == null) {
      return null;
    }
    RowReader fields = new RowReader("identity", row, VERSION);
    ClusterIdentity identity =
        new ClusterIdentity(fields.text(), fields.smallNumber(), fields.smallNumber());
    fields.end();
    return identity;
  }

  /** Writes down which cluster this is. */
  public static void putIdentity(StateWriter writer, ClusterIdentity identity) {
    writer.put(
        Table.SYSTEM,
        IDENTITY,
        new RowWriter(VERSION)
            .putText(identity.clusterId())
            .putNumber(identity.space())
            .putNumber(identity.recoveryEpoch())
            .toByteArray());
  }

  /** Returns the number of the history: 0 for the first, greater after each restored backup. */
  public static long history(StateReader reader) {
    return count(reader, HISTORY);
  }

  /** Sets the number of the history. */
  static void putHistory(StateWriter writer, long number) {
    put(writer, HISTORY, number);
  }

  /** Sets a counter. */
  static void set(StateWriter writer, Counter counter, long value) {
    put(writer, keyOf(counter), value);
  }

  /**
   * Returns the settings.
   *
   * @throws ShoalException UNAVAILABLE before the cluster was initialised
   */
  public static ClusterSettings settings(StateReader reader) {
    byte[] row = reader.get(Table.SYSTEM, SETTINGS);
    if (row == null) {
      throw notInitialised();
    }
    RowReader fields = new RowReader("settings", row, VERSION);
    ClusterSettings settings =
        new ClusterSettings(
            fields.smallNumber(),
            fields.smallNumber(),
            fields.smallNumber(),
            fields.number(),
            fields.number(),
            fields.number());
    fields.end();
    return settings;
  }

  /** Replaces the settings. */
  public static void putSettings(StateWriter writer, ClusterSettings settings) {
    writer.put(
        Table.SYSTEM,
        SETTINGS,
        new RowWriter(VERSION)
            .putNumber(settings.replication())
            .putNumber(settings.minReplicas())
            .putNumber(settings.chunkSizeBytes())
            .putNumber(settings.graceMillis())
            .putNumber(settings.sessionLifetimeMillis())
            .putNumber(settings.grantLifetimeMillis())
            .toByteArray());
  }

  /** Returns the valid signing keys, oldest first; empty before the first one was made. */
  public static List<SigningKey> signingKeys(StateReader reader) {
    List<SigningKey> keys = new ArrayList<>();
    byte[] row = reader.get(Table.SYSTEM, SIGNING_KEYS);
    if (row == null) {
      return keys;
    }
    RowReader fields = new RowReader("signing keys", row, VERSION);
    int count = fields.smallNumber();
    for (int i = 0; i < count; i++) {
      keys.add(new SigningKey(fields.smallNumber(), fields.bytes()));
    }
    fields.end();
    return keys;
  }

  /** Replaces the valid signing keys. */
  public static void putSigningKeys(StateWriter writer, List<SigningKey> keys) {
    RowWriter row = new RowWriter(VERSION).putNumber(keys.size());
    for (SigningKey key : keys) {
      row.putNumber(key.keyId()).putBytes(key.secret());
    }
    writer.put(Table.SYSTEM, SIGNING_KEYS, row.toByteArray());
  }

  /** Returns a counter. */
  public static long count(StateReader reader, Counter counter) {
    return count(reader, keyOf(counter));
  }

  /** Changes a counter and returns it. */
  public static long add(StateWriter writer, Counter counter, long change) {
    return add(writer, keyOf(counter), change);
  }

  /**
   * Takes ids of inodes, chunks or sessions that nobody had before; they count up from the one that
   * is returned. Rule T2.
   *
   * @throws ShoalException UNAVAILABLE before the cluster was initialised
   */
  public static long takeIds(StateWriter writer, Counter counter, int count) {
    ClusterIdentity identity = identity(writer);
    if (identity == null) {
      throw notInitialised();
    }
    long last = add(writer, counter, count);
    long first = IdLayout.compose(identity, last - count + 1);
    IdLayout.compose(identity, last);
    return first;
  }

  /** Returns how many replicas a node has of chunks that have a record. */
  public static long replicasOf(StateReader reader, NodeId nodeId) {
    return count(reader, Key.ofKind(NODE_REPLICAS, Key.of(nodeId.value())));
  }

  /** Changes how many replicas a node has. */
  public static void addReplicas(StateWriter writer, NodeId nodeId, long change) {
    add(writer, Key.ofKind(NODE_REPLICAS, Key.of(nodeId.value())), change);
  }

  private static byte[] keyOf(Counter counter) {
    return new byte[] {(byte) counter.code()};
  }

  private static long count(StateReader reader, byte[] key) {
    byte[] row = reader.get(Table.SYSTEM, key);
    if (row == null) {
      return 0;
    }
    RowReader fields = new RowReader("counter", row, VERSION);
    long value = fields.number();
    fields.end();
    return value;
  }

  private static long add(StateWriter writer, byte[] key, long change) {
    long value = count(writer, key) + change;
    if (value < 0) {
      throw new IllegalStateException("counter " + key[0] + ": " + value + " (expected: >= 0)");
    }
    put(writer, key, value);
    return value;
  }

  private static void put(StateWriter writer, byte[] key, long value) {
    writer.put(Table.SYSTEM, key, new RowWriter(VERSION).putNumber(value).toByteArray());
  }

  private static ShoalException notInitialised() {
    return new ShoalException(ErrorCode.UNAVAILABLE, "", "the cluster is not initialised yet");
  }
}
