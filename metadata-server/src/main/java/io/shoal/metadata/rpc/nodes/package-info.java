/**
 * The cluster service: the bond between storage nodes and the leader, and what clients ask about
 * nodes. Start with {@link io.shoal.metadata.rpc.nodes.ClusterRpc}; {@code AttachStream} is one
 * bond and is owned by its serial executor, {@code NodeDesk} is where its reports are dealt with.
 * {@link io.shoal.metadata.rpc.nodes.Attachments} knows who is attached; it is soft state of the
 * leader.
 */
@NullMarked
package io.shoal.metadata.rpc.nodes;

import org.jspecify.annotations.NullMarked;
