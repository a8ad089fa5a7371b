package io.shoal.metadata.rpc.nodes;

import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.placement.Grants;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.reclaim.Maintenance;
import io.shoal.metadata.repair.Repair;
import io.shoal.metadata.rpc.serving.LeaderGate;

/**
 * What only a leader needs, and what a new leader makes anew: soft state and background work. The
 * parts exist all the time, and begin and end with each term.
 */
public record LeaderState(
    LeaderGate gate,
    SigningKeys keys,
    NodeLiveness liveness,
    Grants grants,
    Maintenance maintenance,
    Repair repair,
    Attachments attachments) {}
