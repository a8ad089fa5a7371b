package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.liveness.NodeLiveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses where a further replica of a chunk goes, by the same rules as for new chunks. Belongs to
 * the thread of its owner, as its generator does.
 */
public final class CopyPlacement {
  private final Placement placement;
  private List<Candidate> candidates = List.of();
  private Map<NodeId, FailureDomain> domains = Map.of();

  /** Makes it without nodes. */
  public CopyPlacement(RandomGenerator random) {
    this.placement = new Placement(random);
  }

  /**
   * Takes what is known of the nodes now; it is used until the next time.
   *
   * @param promisedBytes what a node was promised and does not report yet
   */
  public void refresh(
      List<NodeRecord> registered, NodeLiveness liveness, ToLongFunction<NodeId> promisedBytes) {
    candidates = Candidates.of(registered, liveness, promisedBytes);
    domains = new HashMap<>();
    for (NodeRecord node : registered) {
      domains.put(node.nodeId(), FailureDomain.parse(node.description().failureDomain()));
    }
  }

  /** Tells whether a node takes a chunk of a length. */
  public boolean takes(NodeId nodeId, long bytes) {
    return candidates.stream()
        .anyMatch(candidate -> candidate.nodeId().equals(nodeId) && candidate.hasRoom(bytes));
  }

  /**
   * Chooses a node.
   *
   * @param holders nodes whose replicas count
   * @param eligible which nodes may be chosen
   * @return null if none takes it
   */
  public @Nullable NodeId choose(long bytes, List<NodeId> holders, Predicate<NodeId> eligible) {
    List<Candidate> open = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (candidate.hasRoom(bytes) && eligible.test(candidate.nodeId())) {
        open.add(candidate);
      }
    }
    if (open.isEmpty()) {
      return null;
    }
    Candidate chosen = placement.chooseAnother(open, domainsOf(holders));
    chosen.promise(bytes);
    return chosen.nodeId();
  }

  private List<FailureDomain> domainsOf(List<NodeId> nodeIds) {
    List<FailureDomain> known = new ArrayList<>();
    for (NodeId nodeId : nodeIds) {
      FailureDomain domain = domains.get(nodeId);
      if (domain != null) {
        known.add(domain);
      }
    }
    return known;
  }

  /**
   * Tells whether a chunk is spread over failure domains at least as well if one node has it in the
   * place of another.
   *
   * @param staying the other nodes whose replicas count
   */
  public boolean spreadsAsWell(NodeId nodeId, NodeId insteadOf, List<NodeId> staying) {
    FailureDomain mine = domains.get(nodeId);
    FailureDomain other = domains.get(insteadOf);
    return mine != null && other != null && Placement.sharesNoMore(mine, other, domainsOf(staying));
  }

  /**
   * Chooses a node to have a replica in the place of another one, so that the chunk is spread over
   * failure domains at least as well.
   *
   * @param staying the other nodes whose replicas count
   * @param eligible which nodes may be chosen
   * @return null if none takes it
   */
  public @Nullable NodeId chooseInstead(
      long bytes, NodeId insteadOf, List<NodeId> staying, Predicate<NodeId> eligible) {
    return choose(
        bytes, staying, node -> eligible.test(node) && spreadsAsWell(node, insteadOf, staying));
  }

  /**
   * Chooses which of several holders can be done without: the one that shares most with the others,
   * and among equals the one with least room.
   *
   * @param holders at least one
   */
  public NodeId leastNeeded(List<NodeId> holders) {
    NodeId worst = holders.get(0);
    int mostShared = -1;
    double leastWeight = 0;
    for (NodeId holder : holders) {
      int shared = 0;
      for (NodeId other : holders) {
        FailureDomain mine = domains.get(holder);
        FailureDomain theirs = domains.get(other);
        if (!other.equals(holder) && mine != null && theirs != null) {
          shared += mine.sharedWith(theirs);
        }
      }
      double weight = weight(holder);
      if (shared > mostShared || (shared == mostShared && weight < leastWeight)) {
        worst = holder;
        mostShared = shared;
        leastWeight = weight;
      }
    }
    return worst;
  }

  private double weight(NodeId nodeId) {
    return candidates.stream()
        .filter(candidate -> candidate.nodeId().equals(nodeId))
        .mapToDouble(Candidate::weight)
        .findAny()
        .orElse(0);
  }
}
