package io.shoal.metadata.cluster;

import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.store.StateReader;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the replicated state says of the cluster.
 *
 * @param reader must not change while a query runs
 */
public record ClusterQueries(StateReader reader) {
  /** Returns the log clock as applied. Rule T1. */
  public long nowMillis() {
    return SystemTable.now(reader);
  }

  /** Returns the number of the history: 0 for the first, greater after each restored backup. */
  public long history() {
    return SystemTable.history(reader);
  }

  /** Returns which cluster this is; null before it was initialised. */
  public @Nullable ClusterIdentity identity() {
    return SystemTable.identity(reader);
  }

  /** Returns the settings; fails with UNAVAILABLE before the cluster was initialised. */
  public ClusterSettings settings() {
    return SystemTable.settings(reader);
  }

  /** Returns the valid signing keys, oldest first: the last one signs. Rule S3. */
  public List<SigningKey> signingKeys() {
    return SystemTable.signingKeys(reader);
  }

  /** Returns a counter. */
  public long count(Counter counter) {
    return SystemTable.count(reader, counter);
  }

  /** Returns all storage nodes that ever registered, in the order of their numbers. */
  public List<NodeRecord> nodes() {
    return NodeTable.all(reader);
  }

  /** Returns a storage node; null if no node has the number. */
  public @Nullable NodeRecord node(NodeId nodeId) {
    return NodeTable.find(reader, nodeId);
  }

  /** Returns a storage node; null if none registered with the UUID. */
  public @Nullable NodeRecord node(UUID uuid) {
    return NodeTable.find(reader, uuid);
  }

  /** Returns how many replicas a node has of chunks that have a record. */
  public long replicaCount(NodeId nodeId) {
    return SystemTable.replicasOf(reader, nodeId);
  }

  /** Tells whether commands of a session would be executed: it was opened and has not ended. */
  public boolean sessionLives(SessionId sessionId) {
    SessionRow session = SessionTable.find(reader, sessionId);
    return session != null && !session.closed();
  }
}
