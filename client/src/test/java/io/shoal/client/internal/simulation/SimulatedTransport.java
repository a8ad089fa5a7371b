package io.shoal.client.internal.simulation;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ChunkReport;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.InventoryListener;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;
import io.shoal.common.transport.WriteListener;
import io.shoal.common.transport.WriteStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Streams to simulated nodes. */
final class SimulatedTransport implements ChunkTransport {
  private final List<SimulatedNode> nodes;
  private final Lanes lanes;
  private final Timer timer;

  SimulatedTransport(List<SimulatedNode> nodes, Lanes lanes, Timer timer) {
    this.nodes = nodes;
    this.lanes = lanes;
    this.timer = timer;
  }

  @Override
  public WriteStream openWrite(HostPort node, StreamLimits limits, WriteListener listener) {
    SimulatedWrite stream = new SimulatedWrite(nodeAt(node), lanes, timer, limits, listener);
    stream.open();
    return stream;
  }

  @Override
  public ReadStream openRead(
      HostPort node, ReadRange range, StreamLimits limits, ReadListener listener) {
    SimulatedRead stream = new SimulatedRead(nodeAt(node), lanes, timer, limits, range, listener);
    stream.open();
    return stream;
  }

  private SimulatedNode nodeAt(HostPort address) {
    return nodes.stream()
        .filter(node -> node.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no node at " + address));
  }

  @Override
  public CompletableFuture<List<ChunkReport>> describe(
      HostPort node, List<ChunkId> chunks, Deadline deadline) {
    return CompletableFuture.failedFuture(notHere());
  }

  @Override
  public ReadStream openInventory(
      HostPort node, long afterChunkId, StreamLimits limits, InventoryListener listener) {
    throw notHere();
  }

  private static ShoalException notHere() {
    return new ShoalException(ErrorCode.UNSUPPORTED, "", "clients don't ask for it");
  }

  @Override
  public void close() {}
}
