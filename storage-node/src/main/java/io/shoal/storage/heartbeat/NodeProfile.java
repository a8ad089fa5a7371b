package io.shoal.storage.heartbeat;

import io.shoal.common.rpc.HostPort;
import java.util.UUID;

/**
 * What a node says of itself when it registers.
 *
 * @param nodeUuid drawn by the node before it registered for the first time
 * @param address where clients reach it
 * @param failureDomain as a path, most general first: {@code /zone/rack/host}
 * @param version of its software
 */
public record NodeProfile(UUID nodeUuid, HostPort address, String failureDomain, String version) {}
