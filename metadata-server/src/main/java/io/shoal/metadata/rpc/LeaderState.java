package io.shoal.metadata.rpc;

import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.placement.Grants;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.reclaim.Maintenance;

/**
 * What only a leader needs, and what a new leader makes anew: soft state and background work. The
 * parts exist all the time; {@link LeaderTerm} lets them begin and end.
 */
record LeaderState(
    LeaderGate gate,
    SigningKeys keys,
    NodeLiveness liveness,
    Grants grants,
    Maintenance maintenance,
    Attachments attachments) {}
