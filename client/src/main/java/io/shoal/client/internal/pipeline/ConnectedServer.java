package io.shoal.client.internal.pipeline;

import io.grpc.ManagedChannel;
import io.shoal.common.rpc.HostPort;

/**
 * The metadata server that the pipeline talks to at the moment.
 *
 * @param channel borrowed; breaks when the pipeline moves to another server
 */
public record ConnectedServer(HostPort server, ManagedChannel channel) {}
