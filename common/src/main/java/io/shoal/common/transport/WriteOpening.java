package io.shoal.common.transport;

import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;

/**
 * What opens a chunk for writing; stands in the first frame of a stream.
 *
 * @param grant the permission
 * @param writerNonce random number that the writer drew for this chunk
 * @param nodeId the node that the writer means to talk to
 */
public record WriteOpening(SignedGrant grant, long writerNonce, NodeId nodeId) {}
