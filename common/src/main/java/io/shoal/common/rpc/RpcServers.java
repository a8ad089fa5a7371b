package io.shoal.common.rpc;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Starts servers. Each also offers gRPC's standard health service and server reflection. */
public final class RpcServers {
  private RpcServers() {}

  /**
   * As {@link #start(HostPort, List, EventLoops, RpcSettings, Supplier)}, for callers of any kind.
   */
  public static RpcServer start(
      HostPort listen,
      List<ServerServiceDefinition> services,
      EventLoops loops,
      RpcSettings settings) {
    return start(listen, services, loops, settings, () -> "");
  }

  /**
   * Binds and serves.
   *
   * @param listen what to bind; port 0 takes any free one
   * @param clusterId asked with each call: callers that mean another cluster are refused; empty
   *     while the server belongs to none
   * @throws ShoalException {@code INVALID_ARGUMENT} when the address can't be bound: the port is in
   *     use, or the host is not one of this machine
   */
  public static RpcServer start(
      HostPort listen,
      List<ServerServiceDefinition> services,
      EventLoops loops,
      RpcSettings settings,
      Supplier<String> clusterId) {
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(listen.host(), listen.port()),
                RpcSecurity.serverCredentials())
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(NioServerSocketChannel.class)
            .withOption(ChannelOption.ALLOCATOR, loops.allocator())
            .withChildOption(ChannelOption.ALLOCATOR, loops.allocator())
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, EventLoops.receiveBuffers())
            .directExecutor()
            .flowControlWindow(settings.flowControlWindowBytes())
            .maxInboundMessageSize(settings.maxInboundMessageBytes())
            .maxInboundMetadataSize(settings.maxInboundMetadataBytes())
            .maxConcurrentCallsPerConnection(settings.maxStreamsPerConnection())
            .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(settings.keepAliveTime().toMillis() / 2, TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new ClusterIdCheck(clusterId))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    services.forEach(builder::addService);
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      throw bindFailed(listen, e);
    }
    return new RpcServer(server, health, listen.host());
  }

  private static ShoalException bindFailed(HostPort listen, IOException failure) {
    Throwable cause = rootOf(failure);
    String detail = String.valueOf(cause.getMessage());
    String message;
    if (cause instanceof BindException && detail.contains("in use")) {
      message =
          "port %d is in use on %s: stop the process that holds it or configure another port"
              .formatted(listen.port(), listen.host());
    } else if (cause instanceof UnresolvedAddressException) {
      message =
          "host '%s' is unknown (expected: a name or an address of this machine)"
              .formatted(listen.host());
    } else if (cause instanceof SocketException) {
      message =
          "cannot listen on %s (expected: an address of this machine and a port that may be used): %s"
              .formatted(listen, detail);
    } else {
      message = "cannot listen on %s: %s".formatted(listen, cause);
    }
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, listen.toString(), message, failure);
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable current = failure;
    for (@Nullable Throwable next = failure.getCause(); next != null; next = next.getCause()) {
      current = next;
    }
    return current;
  }
}
