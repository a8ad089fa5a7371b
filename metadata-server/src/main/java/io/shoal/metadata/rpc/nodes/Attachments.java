package io.shoal.metadata.rpc.nodes;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.reclaim.NodeOrders;
import io.shoal.metadata.repair.RepairOrders;
import io.shoal.proto.v1.ConfirmDeletions;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.ReloadNodeReply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are attached, each by one stream. Soft state of the leader; thread-safe. Holds one
 * stream for each registered node, and a limited number of those that have not registered yet.
 */
public final class Attachments implements NodeOrders, RepairOrders {
  /** Most streams that have not proved who they are. */
  private static final int ARRIVING_LIMIT = 256;

  private final Map<NodeId, AttachStream> streams = new ConcurrentHashMap<>();
  private final AtomicInteger arriving = new AtomicInteger();

  /** Makes it without streams. */
  public Attachments() {}

  /** Lets a stream begin; returns false if too many have begun and not registered. */
  boolean arrive() {
    if (arriving.incrementAndGet() > ARRIVING_LIMIT) {
      arriving.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Takes note that a stream which had begun has registered or ended. */
  void arrived() {
    arriving.decrementAndGet();
  }

  /** Puts a stream in the place of its node's earlier one, and returns that. */
  @Nullable AttachStream attach(NodeId nodeId, AttachStream stream) {
    return streams.put(nodeId, stream);
  }

  /** Takes a stream out, unless a newer one of its node has taken its place. */
  void detach(NodeId nodeId, AttachStream stream) {
    streams.remove(nodeId, stream);
  }

  /** Ends all streams. */
  public void closeAll(ShoalException reason) {
    List.copyOf(streams.values()).forEach(stream -> stream.fail(reason));
  }

  @Override
  public Set<NodeId> attached() {
    return Set.copyOf(streams.keySet());
  }

  @Override
  public boolean delete(NodeId nodeId, List<ChunkId> chunkIds) {
    AttachStream stream = streams.get(nodeId);
    return stream != null && stream.order(OrderWriter.delete(chunkIds));
  }

  /**
   * Tells a node that an operator has confirmed deletions; returns false if it is not attached, or
   * does not read what it is sent.
   */
  boolean confirmDeletions(NodeId nodeId, ConfirmDeletions order) {
    AttachStream stream = streams.get(nodeId);
    return stream != null
        && stream.order(NodeOrder.newBuilder().setConfirmDeletions(order).build());
  }

  /**
   * Has a node read its configuration again.
   *
   * @return fails with UNAVAILABLE if it is not attached or does not read what it is sent, and with
   *     what kept it from doing so
   */
  CompletableFuture<ReloadNodeReply> reload(NodeId nodeId) {
    AttachStream stream = streams.get(nodeId);
    return stream != null ? stream.reload() : CompletableFuture.failedFuture(notThere(nodeId));
  }

  /** Returns the failure of an order to a node that can't be reached. */
  static ShoalException notThere(NodeId nodeId) {
    return new ShoalException(
        ErrorCode.UNAVAILABLE,
        "node " + nodeId,
        "the node is not attached, or does not listen (expected: one that is alive)");
  }

  @Override
  public boolean check(NodeId nodeId, Check order) {
    AttachStream stream = streams.get(nodeId);
    return stream != null && stream.order(OrderWriter.check(order));
  }

  @Override
  public boolean copy(NodeId nodeId, Copy order) {
    AttachStream stream = streams.get(nodeId);
    return stream != null && stream.order(OrderWriter.copy(order));
  }
}
