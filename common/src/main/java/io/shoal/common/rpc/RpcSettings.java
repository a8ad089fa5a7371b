package io.shoal.common.rpc;

import java.time.Duration;

/**
 * How connections are tuned. The defaults are those that were measured for bulk transfer; small
 * calls don't suffer from them.
 *
 * @param flowControlWindowBytes HTTP/2 window of each stream for what this end receives: what a
 *     stream may hold in memory without having been asked for
 * @param onReadyThresholdBytes a stream is ready for more as long as less than this waits to be
 *     sent
 * @param maxInboundMessageBytes largest message that this end accepts
 * @param maxInboundMetadataBytes largest header or trailer list that this end accepts
 * @param maxStreamsPerConnection most calls that a server serves at once on one connection
 * @param connectTimeout how long a client waits for a connection
 * @param keepAliveTime how long a connection may be silent before it is probed
 * @param keepAliveTimeout how long the answer to a probe may take
 * @param idleTimeout after which a client closes a connection that has no calls
 * @param clusterId of a client: the only cluster whose servers may answer; empty for any
 */
public record RpcSettings(
    int flowControlWindowBytes,
    int onReadyThresholdBytes,
    int maxInboundMessageBytes,
    int maxInboundMetadataBytes,
    int maxStreamsPerConnection,
    Duration connectTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    Duration idleTimeout,
    String clusterId) {
  private static final int MIB = 1 << 20;

  public RpcSettings {
    requireAtLeast("flowControlWindowBytes", flowControlWindowBytes, 65_535);
    requireAtLeast("onReadyThresholdBytes", onReadyThresholdBytes, 1);
    requireAtLeast("maxInboundMessageBytes", maxInboundMessageBytes, 1_024);
    requireAtLeast("maxInboundMetadataBytes", maxInboundMetadataBytes, 8_192);
    requireAtLeast("maxStreamsPerConnection", maxStreamsPerConnection, 1);
    requireAtLeast("connectTimeout (ms)", connectTimeout.toMillis(), 1);
    requireAtLeast("keepAliveTime (ms)", keepAliveTime.toMillis(), 1_000);
    requireAtLeast("keepAliveTimeout (ms)", keepAliveTimeout.toMillis(), 1);
    requireAtLeast("idleTimeout (ms)", idleTimeout.toMillis(), 1_000);
  }

  /** Returns what suits every process unless its configuration says otherwise. */
  public static RpcSettings defaults() {
    return new RpcSettings(
        8 * MIB,
        4 * MIB,
        4 * MIB + 256 * 1024,
        32 * 1024,
        4_096,
        Duration.ofSeconds(2),
        Duration.ofSeconds(20),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        "");
  }

  /** Returns the same with another window for what this end receives. */
  public RpcSettings withFlowControlWindowBytes(int bytes) {
    return new RpcSettings(
        bytes,
        onReadyThresholdBytes,
        maxInboundMessageBytes,
        maxInboundMetadataBytes,
        maxStreamsPerConnection,
        connectTimeout,
        keepAliveTime,
        keepAliveTimeout,
        idleTimeout,
        clusterId);
  }

  /** Returns the same with another threshold for what waits to be sent. */
  public RpcSettings withOnReadyThresholdBytes(int bytes) {
    return new RpcSettings(
        flowControlWindowBytes,
        bytes,
        maxInboundMessageBytes,
        maxInboundMetadataBytes,
        maxStreamsPerConnection,
        connectTimeout,
        keepAliveTime,
        keepAliveTimeout,
        idleTimeout,
        clusterId);
  }

  /** Returns the same with another limit for the time that a client waits for a connection. */
  public RpcSettings withConnectTimeout(Duration timeout) {
    return new RpcSettings(
        flowControlWindowBytes,
        onReadyThresholdBytes,
        maxInboundMessageBytes,
        maxInboundMetadataBytes,
        maxStreamsPerConnection,
        timeout,
        keepAliveTime,
        keepAliveTimeout,
        idleTimeout,
        clusterId);
  }

  /** Returns the same for one cluster only. */
  public RpcSettings withClusterId(String id) {
    return new RpcSettings(
        flowControlWindowBytes,
        onReadyThresholdBytes,
        maxInboundMessageBytes,
        maxInboundMetadataBytes,
        maxStreamsPerConnection,
        connectTimeout,
        keepAliveTime,
        keepAliveTimeout,
        idleTimeout,
        id);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
