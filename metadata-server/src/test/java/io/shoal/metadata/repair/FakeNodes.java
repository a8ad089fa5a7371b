package io.shoal.metadata.repair;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Storage nodes of which each knows what it holds, and answers when the test says so. */
final class FakeNodes implements RepairOrders {
  /** An order that waits for its answer. */
  record Given<T>(NodeId nodeId, T order) {}

  final Set<NodeId> attached = new LinkedHashSet<>();
  final List<Given<Copy>> copies = new ArrayList<>();
  final List<Given<Check>> checks = new ArrayList<>();
  private final Map<NodeId, Map<ChunkId, Finding>> held = new HashMap<>();
  private final Set<NodeId> failing = new HashSet<>();

  @Override
  public Set<NodeId> attached() {
    return Set.copyOf(attached);
  }

  @Override
  public boolean check(NodeId nodeId, Check order) {
    return attached.contains(nodeId) && checks.add(new Given<>(nodeId, order));
  }

  @Override
  public boolean copy(NodeId nodeId, Copy order) {
    return attached.contains(nodeId) && copies.add(new Given<>(nodeId, order));
  }

  /** Returns what a node holds, to look at and to change. */
  Map<ChunkId, Finding> held(NodeId nodeId) {
    return held.computeIfAbsent(nodeId, id -> new HashMap<>());
  }

  void put(NodeId nodeId, ChunkId chunkId, Finding finding) {
    held(nodeId).put(chunkId, finding);
  }

  void fail(NodeId nodeId) {
    failing.add(nodeId);
  }

  /** Has all orders carried out that were given, and those that come of it. */
  void work(Repair repair) {
    while (!checks.isEmpty() || !copies.isEmpty()) {
      workOnce(repair);
    }
  }

  void workOnce(Repair repair) {
    List<Given<Check>> toCheck = List.copyOf(checks);
    checks.clear();
    toCheck.forEach(given -> check(repair, given));
    List<Given<Copy>> toCopy = List.copyOf(copies);
    copies.clear();
    toCopy.forEach(given -> copy(repair, given));
  }

  private void check(Repair repair, Given<Check> given) {
    List<Finding> findings =
        given.order().chunks().stream()
            .map(
                content ->
                    held.getOrDefault(given.nodeId(), Map.of())
                        .getOrDefault(content.chunkId(), Finding.MISSING))
            .toList();
    repair.onChecked(given.nodeId(), given.order().orderId(), findings);
  }

  private void copy(Repair repair, Given<Copy> given) {
    ShoalException failure = null;
    if (failing.contains(given.nodeId())) {
      failure = new ShoalException(ErrorCode.UNAVAILABLE, "", "the test says no");
    } else {
      put(given.nodeId(), given.order().content().chunkId(), Finding.INTACT);
    }
    repair.onCopied(given.nodeId(), given.order().orderId(), new Copied(1, failure));
  }
}
