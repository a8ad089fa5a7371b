package io.shoal.client.internal.pipeline;

import io.grpc.ManagedChannel;
import io.shoal.common.rpc.HostPort;

/** Makes connections to metadata servers. */
@FunctionalInterface
public interface ServerChannels {
  /** Makes a channel, which connects with its first call; the caller shuts it down. */
  ManagedChannel open(HostPort server);
}
