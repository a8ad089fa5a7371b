package io.shoal.storage.heartbeat;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import org.jspecify.annotations.Nullable;

/** The call that carries a bond: reports out, orders in, one at a time when they are asked for. */
final class Attachment implements ClientResponseObserver<NodeReport, NodeOrder> {
  /** Hears what happens, on an event loop. */
  interface Listener {
    void received(NodeOrder order);

    /** The connection is lost; nothing comes after this. */
    void lost(ShoalException reason);
  }

  private final HostPort server;
  private final Listener listener;
  private final ManagedChannel channel;
  private @Nullable ClientCallStreamObserver<NodeReport> reports;

  Attachment(HostPort server, LinkRuntime runtime, Listener listener) {
    this.server = server;
    this.listener = listener;
    this.channel = RpcChannels.open(server, runtime.loops(), runtime.rpc());
  }

  void connect() {
    ClusterServiceGrpc.newStub(channel).attach(this);
  }

  /** Sends a report. */
  void send(NodeReport report) {
    calls().onNext(report);
  }

  /** Tells whether a report would be sent on instead of waiting in memory. */
  boolean isReady() {
    return calls().isReady();
  }

  /** Asks for the next order. */
  void requestOrder() {
    calls().request(1);
  }

  /** Closes the connection; may be called again. */
  void close() {
    if (reports != null) {
      // Orders that came and were not asked for would be kept, until somebody asks.
      reports.cancel("the bond has ended", null);
    }
    channel.shutdownNow();
  }

  private ClientCallStreamObserver<NodeReport> calls() {
    if (reports == null) {
      throw new IllegalStateException("connection to " + server + " was not begun");
    }
    return reports;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<NodeReport> stream) {
    reports = stream;
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(NodeOrder order) {
    listener.received(order);
  }

  @Override
  public void onError(Throwable failure) {
    listener.lost(RpcErrors.fromThrowable(failure, server));
  }

  @Override
  public void onCompleted() {
    listener.lost(
        new ShoalException(ErrorCode.UNAVAILABLE, server.toString(), server + " ended the bond"));
  }
}
