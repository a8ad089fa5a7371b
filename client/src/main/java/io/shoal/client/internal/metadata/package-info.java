/**
 * The client's conversation with the metadata servers. Start with {@link
 * io.shoal.client.internal.metadata.MetadataCalls}, which everything else in the client uses;
 * {@link io.shoal.client.internal.metadata.MetadataClient} implements it over one pipelined stream,
 * with retries and the session that makes mutations take effect once. {@link
 * io.shoal.client.internal.metadata.GrantPool} holds grants ahead of need.
 *
 * <p>State belongs to shards that run on whichever thread sends them something: an event loop, the
 * timer or a caller. Futures of this package therefore complete on any of these threads, possibly
 * within the call that returned them; what depends on them must not block.
 */
@NullMarked
package io.shoal.client.internal.metadata;

import org.jspecify.annotations.NullMarked;
