package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses the nodes of one chunk.
 *
 * <p>No node twice. Each place goes to the node that shares the fewest failure domains with those
 * chosen before, the most general domain first; among equals chance decides, in proportion to free
 * space and less under load. Nodes to avoid are left out as long as enough others are there;
 * otherwise they come last.
 *
 * <p>Chance is drawn once for each node and chunk: an exponential variate divided by the node's
 * weight, smallest first, is a weighted sample without replacement (Efraimidis and Spirakis,
 * "Weighted random sampling with a reservoir", 2006).
 *
 * <p>Belongs to the thread of its owner, as its generator does.
 */
final class Placement {
  private final RandomGenerator random;

  Placement(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Chooses.
   *
   * @param candidates all with room for the chunk; no node twice
   * @param replication most nodes to choose
   * @param minReplicas fewest nodes that will do
   * @param avoid nodes to leave out if that leaves at least {@code minReplicas}
   * @return in the order of their positions; fewer than {@code replication} if there are no more,
   *     fewer than {@code minReplicas} only if there are so few candidates
   */
  List<Candidate> choose(
      List<Candidate> candidates, int replication, int minReplicas, Set<NodeId> avoid) {
    List<Candidate> welcome = new ArrayList<>();
    List<Candidate> avoided = new ArrayList<>();
    for (Candidate candidate : candidates) {
      (avoid.contains(candidate.nodeId()) ? avoided : welcome).add(candidate);
    }
    List<Candidate> chosen = new ArrayList<>(replication);
    pick(welcome, Math.min(replication, welcome.size()), chosen);
    if (welcome.size() < minReplicas) {
      int missing = Math.min(replication - chosen.size(), avoided.size());
      pick(avoided, missing, chosen);
    }
    return chosen;
  }

  /**
   * Chooses a node for one more replica.
   *
   * @param candidates all with room for the chunk, at least one
   * @param holders where the chunk has replicas
   */
  Candidate chooseAnother(List<Candidate> candidates, List<FailureDomain> holders) {
    return candidates.get(best(candidates, tickets(candidates), Set.of(), holders));
  }

  private void pick(List<Candidate> from, int count, List<Candidate> chosen) {
    double[] tickets = tickets(from);
    List<FailureDomain> holders = new ArrayList<>();
    chosen.forEach(candidate -> holders.add(candidate.domain()));
    Set<Integer> taken = new HashSet<>();
    for (int picked = 0; picked < count; picked++) {
      int best = best(from, tickets, taken, holders);
      taken.add(best);
      holders.add(from.get(best).domain());
      chosen.add(from.get(best));
    }
  }

  private double[] tickets(List<Candidate> candidates) {
    double[] tickets = new double[candidates.size()];
    for (int i = 0; i < tickets.length; i++) {
      tickets[i] = -Math.log(1 - random.nextDouble()) / Math.max(1, candidates.get(i).weight());
    }
    return tickets;
  }

  /** Returns which candidate shares the fewest domains with the holders; a ticket decides. */
  private static int best(
      List<Candidate> from, double[] tickets, Set<Integer> taken, List<FailureDomain> holders) {
    int best = -1;
    int[] bestShared = {};
    for (int i = 0; i < tickets.length; i++) {
      if (taken.contains(i)) {
        continue;
      }
      int[] shared = sharedCounts(from.get(i).domain(), holders);
      int order = best < 0 ? -1 : compare(shared, bestShared);
      if (order < 0 || (order == 0 && tickets[i] < tickets[best])) {
        best = i;
        bestShared = shared;
      }
    }
    return best;
  }

  /** Tells whether a domain shares no more with the holders than another one does. */
  static boolean sharesNoMore(
      FailureDomain domain, FailureDomain than, List<FailureDomain> holders) {
    return compare(sharedCounts(domain, holders), sharedCounts(than, holders)) <= 0;
  }

  /** Returns, for each level of a domain, how many of the holders share it. */
  private static int[] sharedCounts(FailureDomain domain, List<FailureDomain> holders) {
    int[] counts = new int[domain.names().size()];
    for (FailureDomain other : holders) {
      int shared = domain.sharedWith(other);
      for (int level = 0; level < shared; level++) {
        counts[level]++;
      }
    }
    return counts;
  }

  /** Level by level; where one ends, the other is compared with nothing shared. */
  private static int compare(int[] left, int[] right) {
    int levels = Math.max(left.length, right.length);
    return Arrays.compare(Arrays.copyOf(left, levels), Arrays.copyOf(right, levels));
  }
}
