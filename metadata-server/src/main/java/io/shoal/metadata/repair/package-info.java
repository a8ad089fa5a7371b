/**
 * What a leader does so that every chunk keeps as many replicas as it should have: it declares
 * silent nodes dead, has replicas checked, copied and removed, empties nodes that are to leave,
 * prepares for nodes that are to be away, and evens out how full the nodes are on request. Start
 * with {@link io.shoal.metadata.repair.Repair}; one {@code RepairRun} lasts for a term, and its
 * shard owns everything here. All of it is soft state: what is due stands in the replicated state,
 * so that whatever is forgotten here is found again (rule P1), and every conclusion is checked once
 * more when it is applied.
 */
@NullMarked
package io.shoal.metadata.repair;

import org.jspecify.annotations.NullMarked;
