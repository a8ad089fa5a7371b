package io.shoal.storage.transfer;

import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.HostPort;

/** A node that a replica can be copied from. */
public record CopySource(NodeId nodeId, HostPort address) {}
