/**
 * Where new chunks go. {@link io.shoal.metadata.placement.Grants} is where to start: it answers a
 * request for grants from chunk ids that were taken through the log ahead of need ({@link
 * io.shoal.metadata.placement.ChunkIdPool}) and from nodes that {@link
 * io.shoal.metadata.placement.Placement} chose. Only a leader does this; the pool and the count of
 * bytes that were granted belong to the shard of {@code Grants}.
 */
@NullMarked
package io.shoal.metadata.placement;

import org.jspecify.annotations.NullMarked;
