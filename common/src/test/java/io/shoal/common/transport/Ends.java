package io.shoal.common.transport;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.FakeClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the ends that the contract is run with. */
final class Ends {
  private Ends() {}

  static ChunkTransport ourClient(EventLoops loops, FakeClock clock) {
    return new GrpcChunkTransport(
        loops, RpcSettings.defaults(), TransportSettings.defaults(), clock, clock);
  }

  static ChunkTransportContract.Listening ourServer(
      EventLoops loops, ChunkHandler handler, int port) {
    RpcSettings settings = RpcSettings.defaults();
    RpcServer server =
        RpcServers.start(
            new HostPort("127.0.0.1", port),
            List.of(new ChunkTransportServer(handler, settings, loops.allocator()).service()),
            loops,
            settings);
    return new ChunkTransportContract.Listening() {
      @Override
      public HostPort address() {
        return server.address();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  static ChunkTransportContract.Listening stockServer(ChunkHandler handler, int port) {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .maxInboundMessageSize(8 << 20)
            .addService(new StockChunkServer(handler))
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ChunkTransportContract.Listening() {
      @Override
      public HostPort address() {
        return new HostPort("127.0.0.1", server.getPort());
      }

      @Override
      public void close() {
        server.shutdownNow();
        try {
          server.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
