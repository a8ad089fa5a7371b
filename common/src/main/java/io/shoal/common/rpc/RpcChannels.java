package io.shoal.common.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Makes the client end of connections. */
public final class RpcChannels {
  private RpcChannels() {}

  /**
   * Makes a channel to one server; it connects with its first call. Calls fail at once with {@code
   * UNAVAILABLE} while the server can't be reached, unless they ask to wait. Nothing is retried
   * behind the caller's back: messages are handed over once.
   *
   * @return owned by the caller, who shuts it down
   */
  public static ManagedChannel open(HostPort server, EventLoops loops, RpcSettings settings) {
    NettyChannelBuilder builder = builder(server);
    if (!settings.clusterId().isEmpty()) {
      builder.intercept(ClusterIdCheck.naming(settings.clusterId()));
    }
    return builder
        .eventLoopGroup(loops.group())
        .channelType(NioSocketChannel.class)
        .withOption(ChannelOption.ALLOCATOR, loops.allocator())
        .withOption(ChannelOption.TCP_NODELAY, true)
        .withOption(ChannelOption.RECVBUF_ALLOCATOR, EventLoops.receiveBuffers())
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(settings.connectTimeout().toMillis()))
        .directExecutor()
        .disableRetry()
        .disableServiceConfigLookUp()
        // Servers of a cluster are reached directly, whatever proxy the process has for the rest of
        // the world.
        .proxyDetector(address -> null)
        .flowControlWindow(settings.flowControlWindowBytes())
        .maxInboundMessageSize(settings.maxInboundMessageBytes())
        .maxInboundMetadataSize(settings.maxInboundMetadataBytes())
        .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .idleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .build();
  }

  /** A literal address needs no resolver, and so no thread of one. */
  private static NettyChannelBuilder builder(HostPort server) {
    boolean literal =
        NetUtil.isValidIpV4Address(server.host()) || NetUtil.isValidIpV6Address(server.host());
    return literal
        ? NettyChannelBuilder.forAddress(
            new InetSocketAddress(server.host(), server.port()), RpcSecurity.channelCredentials())
        : NettyChannelBuilder.forAddress(
            server.host(), server.port(), RpcSecurity.channelCredentials());
  }
}
