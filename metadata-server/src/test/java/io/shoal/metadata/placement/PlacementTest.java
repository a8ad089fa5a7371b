package io.shoal.metadata.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.NodeId;
import io.shoal.common.testing.Property;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final long GIB = 1L << 30;

  private static Candidate candidate(int number, String domain, long freeBytes, long loadBytes) {
    return new Candidate(
        new NodeId(number), FailureDomain.parse(domain), freeBytes, freeBytes, loadBytes);
  }

  private static List<NodeId> ids(List<Candidate> chosen) {
    return chosen.stream().map(Candidate::nodeId).toList();
  }

  /** Up to 12 nodes in up to 4 zones with up to 3 racks each. */
  private static List<Candidate> drawCandidates(RandomGenerator random) {
    int zones = 1 + random.nextInt(4);
    int racks = 1 + random.nextInt(3);
    int count = random.nextInt(13);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String domain = "/z" + random.nextInt(zones) + "/r" + random.nextInt(racks) + "/h" + i;
      candidates.add(candidate(i, domain, 1 + random.nextLong(1_000 * GIB), random.nextInt()));
    }
    return candidates;
  }

  @Test
  void choose_anyNodes_neverTakesANodeTwiceAndTakesAsManyAsItMay() {
    Property.check(
        2_000,
        random -> {
          List<Candidate> candidates = drawCandidates(random);
          int replication = 1 + random.nextInt(5);
          int minReplicas = 1 + random.nextInt(replication);
          Set<NodeId> avoid = drawAvoided(candidates, random);
          List<NodeId> chosen =
              ids(new Placement(random).choose(candidates, replication, minReplicas, avoid));
          assertThat(chosen).doesNotHaveDuplicates();
          assertThat(ids(candidates)).containsAll(chosen);
          int others = candidates.size() - avoid.size();
          if (others >= minReplicas) {
            assertThat(chosen).hasSize(Math.min(replication, others));
            assertThat(Collections.disjoint(chosen, avoid)).isTrue();
          } else {
            assertThat(chosen).hasSize(Math.min(replication, candidates.size()));
            assertThat(Collections.disjoint(chosen.subList(0, others), avoid)).isTrue();
          }
        });
  }

  private static Set<NodeId> drawAvoided(List<Candidate> candidates, RandomGenerator random) {
    Set<NodeId> avoid = new HashSet<>();
    for (NodeId nodeId : ids(candidates)) {
      if (random.nextInt(3) == 0) {
        avoid.add(nodeId);
      }
    }
    return avoid;
  }

  @Test
  void choose_severalDomains_usesAsManyAsThereAre() {
    Property.check(
        2_000,
        random -> {
          List<Candidate> candidates = drawCandidates(random);
          int replication = 1 + random.nextInt(5);
          List<Candidate> chosen =
              new Placement(random).choose(candidates, replication, 1, Set.of());
          assertThat(prefixes(chosen, 1))
              .hasSize(Math.min(chosen.size(), prefixes(candidates, 1).size()));
          // Zones are used evenly: the fullest has at most one node more than one with spare nodes.
          Map<Object, Long> used = countByZone(chosen);
          Map<Object, Long> present = countByZone(candidates);
          long most = used.values().stream().mapToLong(count -> count).max().orElse(0);
          present.forEach(
              (zone, nodes) -> {
                long here = used.getOrDefault(zone, 0L);
                assertThat(here == nodes || here >= most - 1).isTrue();
              });
        });
  }

  private static Set<List<String>> prefixes(List<Candidate> candidates, int length) {
    return candidates.stream()
        .map(candidate -> candidate.domain().names().subList(0, length))
        .collect(Collectors.toSet());
  }

  private static Map<Object, Long> countByZone(List<Candidate> candidates) {
    return candidates.stream()
        .collect(
            Collectors.groupingBy(
                candidate -> candidate.domain().names().get(0), Collectors.counting()));
  }

  @Test
  void choose_oneZone_spreadsOverItsRacks() {
    List<Candidate> candidates =
        List.of(
            candidate(1, "/z/r1/a", GIB, 0),
            candidate(2, "/z/r1/b", 1_000 * GIB, 0),
            candidate(3, "/z/r1/c", 1_000 * GIB, 0),
            candidate(4, "/z/r2/d", GIB, 0));
    Property.check(
        200,
        random ->
            assertThat(ids(new Placement(random).choose(candidates, 2, 1, Set.of())))
                .contains(new NodeId(4)));
  }

  @Test
  void choose_unequalFreeSpace_sharesInProportion() {
    List<Candidate> candidates =
        List.of(
            candidate(1, "", 100 * GIB, 0),
            candidate(2, "", 200 * GIB, 0),
            candidate(3, "", 700 * GIB, 0));
    Map<NodeId, Integer> counts = countFirst(candidates, 20_000);
    assertThat(counts.get(new NodeId(1))).isBetween(1_700, 2_300);
    assertThat(counts.get(new NodeId(2))).isBetween(3_600, 4_400);
    assertThat(counts.get(new NodeId(3))).isBetween(13_500, 14_500);
  }

  @Test
  void choose_loadedNode_getsLess() {
    List<Candidate> candidates =
        List.of(candidate(1, "", 500 * GIB, 0), candidate(2, "", 500 * GIB, 3 * (64 << 20)));
    Map<NodeId, Integer> counts = countFirst(candidates, 10_000);
    assertThat(counts.get(new NodeId(2))).isBetween(1_700, 2_300);
  }

  private static Map<NodeId, Integer> countFirst(List<Candidate> candidates, int rounds) {
    Placement placement = new Placement(new SplittableRandom(4_711));
    Map<NodeId, Integer> counts = new HashMap<>();
    for (int i = 0; i < rounds; i++) {
      NodeId first = placement.choose(candidates, 1, 1, Set.of()).get(0).nodeId();
      counts.merge(first, 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void parse_pathsOfDomains_areReadWithoutEmptyNames() {
    assertThat(FailureDomain.parse("").names()).isEmpty();
    assertThat(FailureDomain.parse("/z//r/").names()).containsExactly("z", "r");
    assertThat(FailureDomain.parse("/z/r/h").sharedWith(FailureDomain.parse("/z/r2/h")))
        .isEqualTo(1);
    assertThat(FailureDomain.parse("/z").sharedWith(FailureDomain.parse("/z/r"))).isEqualTo(1);
  }
}
