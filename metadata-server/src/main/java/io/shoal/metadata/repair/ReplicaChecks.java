package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.HeldChunk;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.Verdict;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.repair.RepairOrders.Finding;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks nodes how their replicas are: about all of them when a node attaches and now and then, about
 * those that do not count more often, and about those that a node suspects itself. Rule P5: what
 * would take a replica out of the count is asked twice. One page of a node is under way at a time.
 * Belongs to the shard of the run.
 */
final class ReplicaChecks {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaChecks.class);

  /** Chunks in one order. */
  static final int PAGE = 1_000;

  /** How often those that do not count are asked about: what was lost may be found again. */
  private static final Duration UNCOUNTED_INTERVAL = Duration.ofMinutes(1);

  /** Suspicions of a node that wait; more are forgotten, for whoever reads finds them again. */
  private static final int SUSPICION_LIMIT = 10_000;

  /** A replica that was asked about, and the holders as they were. */
  private record Asked(Content content, long changes, boolean counted) {}

  /** How far a node's replicas were gone through. */
  private static final class Pass {
    private boolean uncounted = true;
    private @Nullable HeldChunk cursor;
    private boolean running = true;
    private boolean waiting;
    private long allDueNanos;
    private long uncountedDueNanos;
    private final Set<ChunkId> suspected = new HashSet<>();
  }

  private final RepairTerm term;
  private final OpenOrders<List<Finding>> open = new OpenOrders<>();
  private final Map<NodeId, Pass> passes = new HashMap<>();

  ReplicaChecks(RepairTerm term) {
    this.term = term;
  }

  /** Takes note that a node has attached: all of its replicas are asked about. */
  void attached(NodeId nodeId) {
    open.lose(nodeId);
    passes.put(nodeId, new Pass());
  }

  /** Takes note that a node suspects chunks of its own. */
  void suspected(NodeId nodeId, List<ChunkId> chunkIds) {
    Pass pass = passes.get(nodeId);
    if (pass != null && pass.suspected.size() + chunkIds.size() <= SUSPICION_LIMIT) {
      pass.suspected.addAll(chunkIds);
    }
  }

  void answered(NodeId nodeId, long orderId, List<Finding> findings) {
    open.answered(nodeId, orderId, findings);
  }

  /** Gives up orders that were given before a moment, or to nodes that are gone. */
  void loseOrders(long olderThanNanos) {
    open.loseUnless(term.nodes().attached());
    open.loseOlderThan(olderThanNanos);
  }

  void round(StateView view) {
    Set<NodeId> attached = term.nodes().attached();
    passes.keySet().retainAll(attached);
    for (NodeId nodeId : attached) {
      Pass pass = passes.computeIfAbsent(nodeId, id -> new Pass());
      advance(view, nodeId, pass);
    }
  }

  private void advance(StateView view, NodeId nodeId, Pass pass) {
    if (pass.waiting) {
      return;
    }
    if (!pass.suspected.isEmpty()) {
      List<ChunkId> some = pass.suspected.stream().limit(PAGE / 10).toList();
      some.forEach(pass.suspected::remove);
      confirm(view, nodeId, pass, some, true);
      return;
    }
    long now = term.nanos();
    if (!pass.running) {
      if (now - pass.allDueNanos >= 0 || now - pass.uncountedDueNanos >= 0) {
        pass.running = true;
        pass.uncounted = true;
        pass.cursor = null;
      } else {
        return;
      }
    }
    nextPage(view, nodeId, pass);
  }

  private void nextPage(StateView view, NodeId nodeId, Pass pass) {
    ChunkQueries chunks = new ChunkQueries(view);
    List<HeldChunk> page =
        pass.uncounted
            ? chunks.uncountedOn(nodeId, pass.cursor, PAGE)
            : chunks.countedOn(nodeId, pass.cursor, PAGE);
    if (page.isEmpty()) {
      endPart(pass);
      return;
    }
    HeldChunk last = page.get(page.size() - 1);
    List<Asked> asked = asked(view, nodeId, page.stream().map(HeldChunk::chunkId).toList());
    if (pass.uncounted) {
      asked.removeIf(one -> !mayComeBack(view, nodeId, one));
    }
    boolean sent =
        !asked.isEmpty()
            && ask(nodeId, pass, asked, false, findings -> onPage(nodeId, pass, asked, findings));
    if (sent || asked.isEmpty()) {
      pass.cursor = last;
    }
  }

  private void endPart(Pass pass) {
    long now = term.nanos();
    boolean goOn = pass.uncounted && now - pass.allDueNanos >= 0;
    if (pass.uncounted) {
      pass.uncountedDueNanos = now + UNCOUNTED_INTERVAL.toNanos();
    } else {
      pass.allDueNanos = now + term.settings().checkInterval().toNanos();
    }
    pass.uncounted = false;
    pass.cursor = null;
    pass.running = goOn;
  }

  private static List<Asked> asked(StateView view, NodeId nodeId, List<ChunkId> chunkIds) {
    ChunkQueries chunks = new ChunkQueries(view);
    List<Asked> asked = new ArrayList<>(chunkIds.size());
    for (ChunkId chunkId : chunkIds) {
      ChunkRow row = chunks.find(chunkId);
      if (row != null && row.state() == ChunkState.SEALED && row.holders().has(nodeId)) {
        Content content = new Content(chunkId, row.content().length(), row.content().crc32c());
        asked.add(new Asked(content, row.holders().changes(), row.holders().counts(nodeId)));
      }
    }
    return asked;
  }

  private static boolean mayComeBack(StateView view, NodeId nodeId, Asked asked) {
    ChunkRow row = new ChunkQueries(view).find(asked.content().chunkId());
    NodeRecord node = new ClusterQueries(view).node(nodeId);
    UncountedReplica other = row == null ? null : row.holders().uncounted(nodeId);
    return other != null
        && node != null
        && other.state() != UncountedReplica.State.DAMAGED
        && node.mayCount(other.replica().volume());
  }

  private boolean ask(
      NodeId nodeId,
      Pass pass,
      List<Asked> asked,
      boolean read,
      Consumer<@Nullable List<Finding>> then) {
    long orderId = term.nextOrder();
    List<Content> contents = asked.stream().map(Asked::content).toList();
    if (!term.nodes().check(nodeId, new RepairOrders.Check(orderId, contents, read))) {
      return false;
    }
    if (read) {
      contents.forEach(content -> term.budget().spend(nodeId, content.length(), term.nanos()));
    }
    pass.waiting = true;
    open.opened(
        orderId,
        nodeId,
        term.nanos(),
        findings -> {
          pass.waiting = false;
          boolean fits = findings != null && findings.size() == asked.size();
          then.accept(fits ? findings : null);
        });
    return true;
  }

  private void onPage(
      NodeId nodeId, Pass pass, List<Asked> asked, @Nullable List<Finding> findings) {
    if (findings == null) {
      // From the begin: what was not answered must not be left out.
      pass.cursor = null;
      return;
    }
    List<RepairCommand.Finding> found = new ArrayList<>();
    List<ChunkId> doubtful = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      switch (findings.get(i)) {
        case INTACT -> {
          if (!asked.get(i).counted()) {
            found.add(finding(asked.get(i), Verdict.INTACT));
          }
        }
        case MISSING, DAMAGED, UNREACHABLE -> doubtful.add(asked.get(i).content().chunkId());
        case UNDECIDED -> {}
      }
    }
    record(nodeId, found);
    if (!doubtful.isEmpty()) {
      try (StateView view = term.view()) {
        confirm(view, nodeId, pass, doubtful, false);
      }
    } else {
      goOn(nodeId, pass);
    }
  }

  private void confirm(
      StateView view, NodeId nodeId, Pass pass, List<ChunkId> chunkIds, boolean read) {
    List<Asked> asked = asked(view, nodeId, chunkIds);
    boolean sent =
        asked.isEmpty()
            || ask(
                nodeId, pass, asked, read, findings -> onConfirmed(nodeId, pass, asked, findings));
    if (!sent) {
      pass.suspected.addAll(chunkIds);
    }
  }

  private void onConfirmed(
      NodeId nodeId, Pass pass, List<Asked> asked, @Nullable List<Finding> findings) {
    if (findings == null) {
      pass.cursor = null;
      return;
    }
    List<RepairCommand.Finding> found = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      Verdict verdict =
          switch (findings.get(i)) {
            case INTACT -> asked.get(i).counted() ? null : Verdict.INTACT;
            case MISSING -> Verdict.MISSING;
            case DAMAGED -> Verdict.DAMAGED;
            case UNREACHABLE -> Verdict.UNREACHABLE;
            case UNDECIDED -> null;
          };
      if (verdict != null) {
        found.add(finding(asked.get(i), verdict));
        if (verdict != Verdict.INTACT && asked.get(i).counted()) {
          LOG.warn(
              "Node {}: its replica of chunk {} is {}",
              nodeId,
              asked.get(i).content().chunkId(),
              verdict);
        }
      }
    }
    record(nodeId, found);
    goOn(nodeId, pass);
  }

  private static RepairCommand.Finding finding(Asked asked, Verdict verdict) {
    return new RepairCommand.Finding(asked.content().chunkId(), asked.changes(), verdict);
  }

  private void record(NodeId nodeId, List<RepairCommand.Finding> found) {
    if (!found.isEmpty()) {
      term.submit(new RepairCommand.RecordFindings(nodeId, found), reply -> {});
    }
  }

  /** Asks for the next page at once, so that a pass takes no longer than the node does. */
  private void goOn(NodeId nodeId, Pass pass) {
    try (StateView view = term.view()) {
      advance(view, nodeId, pass);
    }
  }

  void clear() {
    open.clear();
    passes.clear();
  }
}
