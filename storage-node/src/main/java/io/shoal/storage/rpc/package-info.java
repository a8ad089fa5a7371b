/**
 * The chunk service of a storage node: streams of bytes between the transport and the volumes.
 * Start with {@link io.shoal.storage.rpc.ChunkService}; each stream is an operation object of its
 * own, {@code WriteSession}, {@code ReadSession} or {@code InventorySession}, whose lock guards its
 * state because events come from event loops and from threads of the volumes. Nothing here blocks
 * or touches a disk. Frames belong to the session from their arrival until it hands them to a
 * volume.
 */
@NullMarked
package io.shoal.storage.rpc;

import org.jspecify.annotations.NullMarked;
