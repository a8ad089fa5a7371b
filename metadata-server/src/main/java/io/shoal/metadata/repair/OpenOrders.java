package io.shoal.metadata.repair;

import io.shoal.common.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Orders of one kind that nodes have not answered yet. Belongs to the shard of the run.
 *
 * @param <A> the kind of answer
 */
final class OpenOrders<A> {
  private record Open<A>(NodeId nodeId, long givenAtNanos, Consumer<@Nullable A> then) {}

  private final Map<Long, Open<A>> orders = new HashMap<>();

  /**
   * Takes note of an order that was given.
   *
   * @param then told the answer, once; null if none will come
   */
  void opened(long orderId, NodeId nodeId, long nowNanos, Consumer<@Nullable A> then) {
    orders.put(orderId, new Open<>(nodeId, nowNanos, then));
  }

  /** Takes an answer; without effect if the order is not open, or was another node's. */
  void answered(NodeId nodeId, long orderId, A answer) {
    Open<A> order = orders.get(orderId);
    if (order != null && order.nodeId().equals(nodeId)) {
      orders.remove(orderId);
      order.then().accept(answer);
    }
  }

  /** Gives up the orders of a node. */
  void lose(NodeId nodeId) {
    lose(order -> order.nodeId().equals(nodeId));
  }

  /** Gives up the orders of nodes that are not attached: no answer to them can come any more. */
  void loseUnless(Set<NodeId> attached) {
    lose(order -> !attached.contains(order.nodeId()));
  }

  /** Gives up the orders that were given before a moment. */
  void loseOlderThan(long nanos) {
    lose(order -> order.givenAtNanos() - nanos < 0);
  }

  private void lose(Predicate<Open<A>> which) {
    List<Open<A>> lost = new ArrayList<>();
    orders
        .values()
        .removeIf(
            order -> {
              boolean gone = which.test(order);
              if (gone) {
                lost.add(order);
              }
              return gone;
            });
    lost.forEach(order -> order.then().accept(null));
  }

  /** Forgets all, and tells nobody. */
  void clear() {
    orders.clear();
  }
}
