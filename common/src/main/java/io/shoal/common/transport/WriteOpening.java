package io.shoal.common.transport;

import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.common.policy.AckLevel;

/**
 * What opens a chunk for writing; stands in the first frame of a stream.
 *
 * @param grant the permission
 * @param writerNonce random number that the writer drew for this chunk
 * @param nodeId the node that the writer means to talk to
 * @param ackLevel what the node has to do before it calls bytes durable
 */
public record WriteOpening(SignedGrant grant, long writerNonce, NodeId nodeId, AckLevel ackLevel) {
  /** An opening of a chunk that is durable when it is on stable storage. */
  public WriteOpening(SignedGrant grant, long writerNonce, NodeId nodeId) {
    this(grant, writerNonce, nodeId, AckLevel.FSYNC);
  }
}
