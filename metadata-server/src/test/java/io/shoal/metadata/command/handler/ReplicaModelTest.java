package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.testing.Property;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkVerdict;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.Verdict;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.Precondition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Nodes that do what they are told, late, on a leader whose knowledge is old: whatever it orders in
 * whatever order, a replica that counts is there, unless the disk lost it.
 */
class ReplicaModelTest {
  private static final int STEPS = 400;
  private static final int LENGTH = 10;
  private static final int CRC = 31 * LENGTH;

  @Test
  void anyOrderOfThings_whatCountsIsThere() {
    Property.check(300, random -> new Model(random).play());
  }

  /** What lies on a node's disk. */
  private record Held(boolean whole, long expiresAtMillis) {}

  /** One chunk, and all that happens to it. */
  private static final class Model {
    private final RandomGenerator random;
    private final StateMachine machine = StateMachine.withCluster();
    private final ChunkId chunkId;

    /** How long a copy's grant lives: the same for all that one leader orders. */
    private final long copyMillis;

    private final Map<NodeId, Held> disks = new HashMap<>();

    /** Nodes whose disks lost what counts: the only ones that may miss it. */
    private final Set<NodeId> robbed = new HashSet<>();

    /** What each node has been ordered and has not done yet, oldest first. */
    private final Map<NodeId, Deque<Runnable>> orders = new HashMap<>();

    /** What each node has answered and the leader has not heard yet, oldest first. */
    private final Map<NodeId, Deque<Runnable>> answers = new HashMap<>();

    /** Until when each node may be away, as it was last promised. */
    private final Map<NodeId, Long> promised = new HashMap<>();

    /** What the leader has concluded and not put into the log yet. */
    private final Deque<Runnable> conclusions = new ArrayDeque<>();

    Model(RandomGenerator random) {
      this.random = random;
      StateMachine.Client client = machine.client();
      long expiry = machine.now() + 60_000;
      chunkId = machine.newChunkId();
      copyMillis = random.nextLong(1, 60_001);
      // Two copies on four nodes: there are always nodes to copy to, and often some to spare.
      ChunkCommit commit =
          Given.grants(client.sessionId(), expiry).commit(chunkId, LENGTH, true, 1, 2);
      client.call(
          new Commit(
              new CommitFile.Created(
                  new CreateFile(
                      "/f", Precondition.ABSENT, Attributes.NONE, new FilePolicy(2, 1, 0), false)),
              List.of(commit),
              List.of(new Extent(0, LENGTH, chunkId, 0)),
              Given.publish("/f", Precondition.ABSENT),
              Attributes.NONE));
      for (int i = 1; i <= StateMachine.NODES; i++) {
        orders.put(new NodeId(i), new ArrayDeque<>());
        answers.put(new NodeId(i), new ArrayDeque<>());
        if (i <= 2) {
          disks.put(new NodeId(i), new Held(true, expiry));
        }
      }
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        NodeId node = new NodeId(1 + random.nextInt(StateMachine.NODES));
        switch (random.nextInt(15)) {
          case 0 -> machine.pass(random.nextInt(40_000));
          case 1 -> orderCheck(node);
          case 2, 3 -> orderCopy(node);
          case 4 -> orderDelete(node);
          case 5 -> removeSurplus(node);
          case 6 -> ask(node);
          case 7 -> seldom(() -> lose(node));
          case 8 -> seldom(() -> change(node));
          case 9 -> seldom(() -> breakBond(node));
          case 10, 11 -> next(answers.get(node));
          case 12 -> next(conclusions);
          default -> next(orders.get(node));
        }
        check();
      }
    }

    private void seldom(Runnable event) {
      if (random.nextInt(4) == 0) {
        event.run();
      }
    }

    private static void next(Deque<Runnable> queue) {
      Runnable first = queue.poll();
      if (first != null) {
        first.run();
      }
    }

    private @Nullable ChunkRow row() {
      return machine.chunks().find(chunkId);
    }

    private void check() {
      Invariants.check(machine.reader());
      ChunkRow row = row();
      for (Replica replica : row.replicas()) {
        Held held = disks.get(replica.nodeId());
        boolean there = held != null && held.whole();
        assertThat(there || robbed.contains(replica.nodeId()))
            .as("node %s has what counts: %s on disk, %s", replica.nodeId(), held, row)
            .isTrue();
      }
      checkMaintenance();
    }

    /** Rule P7: nothing ends a maintenance before its time but the operator. */
    private void checkMaintenance() {
      long now = machine.cluster().nowMillis();
      promised.values().removeIf(end -> now > end);
      promised.forEach(
          (node, end) -> {
            NodeRecord record = machine.cluster().node(node);
            assertThat(record.maintenanceEndMillis()).isEqualTo(end);
            assertThat(record.dead()).isFalse();
          });
    }

    // ----------------------------------------------------------------------------------------
    // what the leader does with what it knows

    private void orderCheck(NodeId node) {
      long changes = row().holders().changes();
      orders
          .get(node)
          .add(
              () -> {
                Held held = disks.get(node);
                Verdict verdict =
                    held == null
                        ? Verdict.MISSING
                        : held.whole() ? Verdict.INTACT : Verdict.DAMAGED;
                // It holds for the moment at which it was found, like everything that is answered.
                answers
                    .get(node)
                    .add(
                        () ->
                            machine.apply(
                                new RepairCommand.RecordFindings(
                                    node,
                                    List.of(
                                        new RepairCommand.Finding(chunkId, changes, verdict)))));
              });
    }

    private void orderCopy(NodeId node) {
      ChunkRow row = row();
      UncountedReplica other = row.holders().uncounted(node);
      boolean eligible =
          !row.holders().counts(node)
              && (other == null
                  || other.state() == UncountedReplica.State.DAMAGED
                  || other.state() == UncountedReplica.State.LOST);
      // Now and then although nothing is missing: it knew better a while ago.
      if (!eligible || (row.missing() == 0 && random.nextInt(4) > 0)) {
        return;
      }
      long expiry = machine.now() + copyMillis;
      orders.get(node).add(() -> copy(node, expiry));
    }

    private void copy(NodeId node, long expiry) {
      boolean source =
          disks.entrySet().stream()
              .anyMatch(disk -> !disk.getKey().equals(node) && disk.getValue().whole());
      Held held = disks.get(node);
      boolean already = held != null && held.whole() && held.expiresAtMillis() >= expiry;
      if (!already && !source) {
        return;
      }
      if (!already) {
        disks.put(node, new Held(true, expiry));
        robbed.remove(node);
      }
      answers
          .get(node)
          .add(
              () ->
                  machine.apply(
                      new RepairCommand.AddReplica(
                          chunkId, new Replica(node, 1), LENGTH, CRC, expiry)));
    }

    private void orderDelete(NodeId node) {
      if (machine.deletable(node).contains(chunkId)) {
        orders
            .get(node)
            .add(
                () -> {
                  disks.remove(node);
                  answers
                      .get(node)
                      .add(
                          () ->
                              machine.apply(
                                  new MaintenanceCommand.ReplicasDeleted(node, List.of(chunkId))));
                });
      }
    }

    /** Has those that stay read at once, and puts the conclusion in the log later. */
    private void removeSurplus(NodeId victim) {
      ChunkRow row = row();
      if (!row.surplus() || !row.holders().has(victim)) {
        return;
      }
      List<NodeId> whole = new ArrayList<>();
      for (Replica replica : row.replicas()) {
        Held held = disks.get(replica.nodeId());
        if (held != null && held.whole()) {
          whole.add(replica.nodeId());
        }
      }
      long changes = row.holders().changes();
      conclusions.add(
          () -> {
            Reply reply =
                machine.apply(new RepairCommand.RemoveReplica(chunkId, victim, changes, whole));
            if (reply == Reply.DONE) {
              assertThat(row().replicas())
                  .filteredOn(left -> !machine.cluster().node(left.nodeId()).inMaintenance())
                  .as("what is left where it stays: %s", row())
                  .hasSizeGreaterThanOrEqualTo(2);
            }
          });
    }

    /** A node asks about a chunk whose grant has run out. Rule G1. */
    private void ask(NodeId node) {
      Held held = disks.get(node);
      if (held == null || machine.cluster().nowMillis() <= held.expiresAtMillis()) {
        return;
      }
      ChunkVerdict verdict = machine.chunks().verdict(chunkId, node, held.expiresAtMillis());
      if (verdict == ChunkVerdict.DELETE) {
        orders
            .get(node)
            .add(
                () -> {
                  Held now = disks.get(node);
                  if (now != null && now.expiresAtMillis() == held.expiresAtMillis()) {
                    disks.remove(node);
                  }
                });
      }
    }

    // ----------------------------------------------------------------------------------------
    // what happens to it

    /** The disk of a node loses or alters the bytes; one whole replica stays. */
    private void lose(NodeId node) {
      long wholeOnes = disks.values().stream().filter(Held::whole).count();
      Held held = disks.get(node);
      if (held == null || (held.whole() && wholeOnes == 1)) {
        return;
      }
      robbed.add(node);
      if (random.nextBoolean()) {
        disks.remove(node);
      } else {
        disks.put(node, new Held(false, held.expiresAtMillis()));
      }
    }

    private void change(NodeId node) {
      switch (random.nextInt(8)) {
        case 0 -> machine.apply(new RepairCommand.DeclareDead(node));
        case 1 -> machine.apply(new RepairCommand.UncountReplicas(node, 10));
        case 2 -> decide(node, AdminState.DECOMMISSIONING);
        case 3 -> decide(node, AdminState.ACTIVE);
        case 4, 5 -> {
          long length = 1_000L + random.nextInt(100_000);
          if (machine.apply(new RepairCommand.StartMaintenance(node, length)) == Reply.DONE) {
            promised.put(node, machine.cluster().nowMillis() + length);
          }
        }
        case 6 -> machine.apply(new RepairCommand.EndMaintenance(node));
        default -> machine.apply(new ClusterCommand.RegisterNode(StateMachine.node(node.value())));
      }
    }

    private void decide(NodeId node, AdminState state) {
      machine.apply(new RepairCommand.SetAdminState(node, state));
      promised.remove(node);
    }

    /** What has not arrived never will; what has is done. */
    private void breakBond(NodeId node) {
      Deque<Runnable> queue = orders.get(node);
      int arrived = queue.isEmpty() ? 0 : random.nextInt(queue.size() + 1);
      while (queue.size() > arrived) {
        queue.removeLast();
      }
      answers.get(node).clear();
    }
  }
}
