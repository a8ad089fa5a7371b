package io.shoal.client.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicaChoiceTest {
  private static final ChunkReplicas.Node FAR = node(1, "elsewhere", true);
  private static final ChunkReplicas.Node NEAR = node(2, "here", true);
  private static final ChunkReplicas.Node NEAR_TOO = node(3, "here", true);
  private static final ChunkReplicas.Node DEAD = node(4, "here", false);

  private static final int RANGE = 100;

  private final FakeClock clock = new FakeClock();
  private final NodeSuspicions suspicions = new NodeSuspicions(Duration.ofSeconds(10), clock);
  private final NodeLatencies latencies = new NodeLatencies(clock);
  private final HedgeBudget hedges = new HedgeBudget(5);

  private static ChunkReplicas.Node node(int id, String host, boolean alive) {
    return new ChunkReplicas.Node(new NodeId(id), new HostPort(host, 9_000 + id), alive);
  }

  private ReplicaChoice choice(boolean readsLocalFiles) {
    return new ReplicaChoice(suspicions, latencies, hedges, "here"::equals, readsLocalFiles);
  }

  private static Set<ChunkReplicas.Node> chosen(
      ReplicaChoice choice, ChunkId chunk, ChunkReplicas.Node... candidates) {
    Set<ChunkReplicas.Node> chosen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      chosen.add(choice.best(chunk, RANGE, List.of(candidates)));
    }
    return chosen;
  }

  @Test
  void best_localFilesAreRead_isAlwaysTheSameForAChunk() {
    ReplicaChoice choice = choice(true);
    Set<ChunkReplicas.Node> ofAnyChunk = new HashSet<>();
    for (long chunk = 1; chunk < 40; chunk++) {
      Set<ChunkReplicas.Node> ofChunk = chosen(choice, new ChunkId(chunk), NEAR, NEAR_TOO);
      assertThat(ofChunk).hasSize(1);
      // In whatever order the replicas are told, and whatever is expected of them.
      choice.expect(ofChunk.iterator().next().id(), 1_000);
      assertThat(chosen(choice, new ChunkId(chunk), FAR, NEAR_TOO, NEAR)).isEqualTo(ofChunk);
      ofAnyChunk.addAll(ofChunk);
    }
    assertThat(ofAnyChunk).containsExactlyInAnyOrder(NEAR, NEAR_TOO);
  }

  @Test
  void best_nodesDoTheReading_isTheOneWithLessToDo() {
    ReplicaChoice choice = choice(false);
    assertThat(chosen(choice, new ChunkId(5), NEAR, NEAR_TOO)).hasSize(2);
    choice.expect(NEAR.id(), 1_000);
    assertThat(chosen(choice, new ChunkId(5), NEAR, NEAR_TOO)).containsExactly(NEAR_TOO);
    choice.expect(NEAR.id(), -1_000);
    choice.expect(NEAR_TOO.id(), 1);
    assertThat(chosen(choice, new ChunkId(5), NEAR, NEAR_TOO)).containsExactly(NEAR);
  }

  @Test
  void best_localNodesAreDeadOrSuspected_isAnotherMachines() {
    ReplicaChoice choice = choice(true);
    assertThat(chosen(choice, new ChunkId(5), FAR, NEAR, DEAD)).containsExactly(NEAR);
    suspicions.reportFailure(NEAR.id());
    assertThat(chosen(choice, new ChunkId(5), FAR, NEAR, DEAD)).containsExactly(FAR);
  }

  @Test
  void best_aNodeIsLate_isAnotherUntilItWasTriedAgain() {
    ReplicaChoice choice = choice(true);
    latencies.answered(FAR.id(), RANGE, 1_000_000);
    latencies.overtaken(NEAR.id(), RANGE, 20_000_000);
    assertThat(chosen(choice, new ChunkId(5), FAR, NEAR)).containsExactly(FAR);
    // Once a second it gets a read, and is believed when it was soon a few times.
    int tries = 0;
    while (chosen(choice, new ChunkId(5), FAR, NEAR).contains(FAR)) {
      clock.advanceMillis(1_000);
      assertThat(choice.best(new ChunkId(5), RANGE, List.of(FAR, NEAR))).isEqualTo(NEAR);
      latencies.answered(NEAR.id(), RANGE, 1_000_000);
      tries++;
    }
    assertThat(tries).isBetween(1, 4);
  }

  @Test
  void best_noHedgeIsLeft_triesNoLateNode() {
    ReplicaChoice choice = choice(true);
    latencies.answered(FAR.id(), RANGE, 1_000_000);
    latencies.overtaken(NEAR.id(), RANGE, 20_000_000);
    while (hedges.tryTake()) {
      clock.advanceMillis(1);
    }
    clock.advanceMillis(10_000);
    assertThat(chosen(choice, new ChunkId(5), FAR, NEAR)).containsExactly(FAR);
  }
}
