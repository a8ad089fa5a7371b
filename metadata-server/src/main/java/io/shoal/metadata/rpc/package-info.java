/**
 * The services of a metadata server as clients and storage nodes see them. Start with {@link
 * io.shoal.metadata.rpc.MetadataServices}, which wires them; {@code LeaderTerm} lets what only a
 * leader has begin and end, and belongs to the shard of background work. Generated protobuf classes
 * are seen in the packages below and nowhere behind.
 */
@NullMarked
package io.shoal.metadata.rpc;

import org.jspecify.annotations.NullMarked;
