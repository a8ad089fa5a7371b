package io.shoal.common.transport;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The channels to all nodes, made when they are needed; calls are spread over those of a node.
 * Thread-safe.
 *
 * <p>gRPC makes a channel that could not connect wait before it tries again, longer each time, and
 * fails calls meanwhile although the node may be back. Who may try when is for the callers to
 * decide, so such a channel is replaced by a fresh one.
 */
final class NodeChannels {
  private final Function<HostPort, ManagedChannel> opener;
  private final BiFunction<ManagedChannel, HostPort, NodeExchange> exchanges;
  private final TransportSettings settings;

  /** By last use, oldest first. */
  private final Map<HostPort, List<Lease>> nodes = new LinkedHashMap<>(16, 0.75f, true);

  private boolean closed;

  /**
   * Makes them.
   *
   * @param exchanges makes what carries the small calls over a channel
   */
  NodeChannels(
      Function<HostPort, ManagedChannel> opener,
      BiFunction<ManagedChannel, HostPort, NodeExchange> exchanges,
      TransportSettings settings) {
    this.opener = opener;
    this.exchanges = exchanges;
    this.settings = settings;
  }

  /** A channel and the number of calls on it, which share it. */
  final class Lease {
    private final ManagedChannel channel;
    private final NodeExchange exchange;
    private int calls;

    private Lease(ManagedChannel channel, NodeExchange exchange) {
      this.channel = channel;
      this.exchange = exchange;
    }

    /** Returns what carries the small calls over the channel. */
    NodeExchange exchange() {
      return exchange;
    }

    /** Lets calls go on that are under way, and then ends. */
    private void retire() {
      exchange.close();
      channel.shutdown();
    }

    ManagedChannel channel() {
      return channel;
    }

    /** Gives the channel back; once for each time that it was acquired. */
    void release() {
      synchronized (NodeChannels.this) {
        calls--;
      }
    }
  }

  /**
   * Returns a channel to a node, to be released when the call has ended.
   *
   * @throws ShoalException {@code OVERLOADED} if as many nodes as are allowed are in use, {@code
   *     UNAVAILABLE} after the close
   */
  synchronized Lease acquire(HostPort node) {
    if (closed) {
      throw new ShoalException(ErrorCode.UNAVAILABLE, node.toString(), "the transport is closed");
    }
    @Nullable List<Lease> leases = nodes.get(node);
    if (leases == null) {
      makeRoomFor(node);
      leases = new ArrayList<>(settings.connectionsPerNode());
      nodes.put(node, leases);
    }
    Lease lease = choose(node, leases);
    lease.calls++;
    return lease;
  }

  /** Cancels all calls and takes no more. */
  void close() {
    List<Lease> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      nodes.values().forEach(all::addAll);
      nodes.clear();
    }
    // Tells the calls' listeners, so not within the lock.
    all.forEach(lease -> lease.channel.shutdownNow());
  }

  private Lease choose(HostPort node, List<Lease> leases) {
    leases.removeIf(NodeChannels::retiredForFailure);
    @Nullable Lease best = null;
    for (Lease lease : leases) {
      if (best == null || lease.calls < best.calls) {
        best = lease;
      }
    }
    boolean more = leases.size() < settings.connectionsPerNode();
    if (best == null || (more && best.calls > 0)) {
      ManagedChannel opened = opener.apply(node);
      best = new Lease(opened, exchanges.apply(opened, node));
      leases.add(best);
    }
    return best;
  }

  private static boolean retiredForFailure(Lease lease) {
    if (lease.channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE) {
      return false;
    }
    lease.retire();
    return true;
  }

  private void makeRoomFor(HostPort node) {
    if (nodes.size() < settings.nodeLimit()) {
      return;
    }
    for (Iterator<List<Lease>> oldest = nodes.values().iterator(); oldest.hasNext(); ) {
      List<Lease> leases = oldest.next();
      if (leases.stream().allMatch(lease -> lease.calls == 0)) {
        leases.forEach(Lease::retire);
        oldest.remove();
        return;
      }
    }
    throw new ShoalException(
        ErrorCode.OVERLOADED,
        node.toString(),
        "connections to "
            + nodes.size()
            + " nodes are in use (expected: < "
            + settings.nodeLimit()
            + ")");
  }
}
