package io.shoal.metadata.chunk;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.UncountedReplica.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has a chunk. No node twice. Every change but a commit's counts up {@link #changes}, so that
 * what was found out about one composition is never taken for another one.
 *
 * @param counted the replicas that count towards the replication, by their positions
 * @param uncounted the others
 * @param changes how often it was changed since the chunk was committed
 */
public record Holders(List<Replica> counted, List<UncountedReplica> uncounted, long changes) {
  public Holders {
    counted = List.copyOf(counted);
    uncounted = List.copyOf(uncounted);
  }

  /** Returns holders that all count. */
  public static Holders of(List<Replica> counted) {
    return new Holders(counted, List.of(), 0);
  }

  /** Returns all replicas, counted or not. */
  public List<Replica> all() {
    List<Replica> all = new ArrayList<>(counted);
    uncounted.forEach(other -> all.add(other.replica()));
    return all;
  }

  /**
   * Returns the replicas that are worth a reader's try: those that are whole, and if there are none
   * of them, those that may be.
   */
  public List<Replica> readable() {
    List<Replica> whole = new ArrayList<>(counted);
    for (UncountedReplica other : uncounted) {
      if (other.state() == State.LEAVING) {
        whole.add(other.replica());
      }
    }
    if (!whole.isEmpty()) {
      return whole;
    }
    return uncounted.stream()
        .filter(other -> other.state() != State.DELETING)
        .map(UncountedReplica::replica)
        .toList();
  }

  /** Tells whether a node's replica counts. */
  public boolean counts(NodeId nodeId) {
    return counted.stream().anyMatch(replica -> replica.nodeId().equals(nodeId));
  }

  /** Returns a node's replica if it is on record and does not count; null otherwise. */
  public @Nullable UncountedReplica uncounted(NodeId nodeId) {
    for (UncountedReplica other : uncounted) {
      if (other.nodeId().equals(nodeId)) {
        return other;
      }
    }
    return null;
  }

  /** Returns how many replicas are in a state. */
  int count(State state) {
    return (int) uncounted.stream().filter(other -> other.state() == state).count();
  }

  /** Tells whether a node's replica is on record, counted or not. */
  public boolean has(NodeId nodeId) {
    return counts(nodeId) || uncounted(nodeId) != null;
  }

  /** Returns the holders after a commit, which names all that count. Rule C1. */
  Holders committed(List<Replica> replicas) {
    List<UncountedReplica> left = new ArrayList<>(uncounted);
    left.removeIf(
        other -> replicas.stream().anyMatch(replica -> replica.nodeId().equals(other.nodeId())));
    return new Holders(replicas, left, changes);
  }

  /** Returns the holders with a replica that counts in the place of all that its node had. */
  public Holders with(Replica replica) {
    Holders left = without(replica.nodeId());
    List<Replica> more = new ArrayList<>(left.counted);
    more.add(replica);
    return new Holders(more, left.uncounted, changes + 1);
  }

  /** Returns the holders with a replica that does not count any more, or for another reason. */
  public Holders uncount(Replica replica, State state, long nowMillis) {
    Holders left = without(replica.nodeId());
    List<UncountedReplica> more = new ArrayList<>(left.uncounted);
    more.add(new UncountedReplica(replica, state, nowMillis));
    return new Holders(left.counted, more, changes + 1);
  }

  /** Returns the holders without a node. */
  public Holders without(NodeId nodeId) {
    List<Replica> countedLeft = new ArrayList<>(counted);
    countedLeft.removeIf(replica -> replica.nodeId().equals(nodeId));
    List<UncountedReplica> uncountedLeft = new ArrayList<>(uncounted);
    uncountedLeft.removeIf(other -> other.nodeId().equals(nodeId));
    return new Holders(countedLeft, uncountedLeft, changes + 1);
  }
}
