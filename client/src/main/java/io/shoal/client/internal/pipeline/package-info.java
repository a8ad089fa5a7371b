/**
 * Requests to the metadata servers over one long-lived stream: request id to reply, many in flight.
 * Start with {@link io.shoal.client.internal.pipeline.RequestPipeline}, which owns every call from
 * its admission to its answer; {@code ServerLink} finds and keeps the server that leads, {@code
 * Session} stamps mutations so that a retry takes effect once (rule X1).
 *
 * <p>All of it belongs to one shard, which runs on the thread that sends it something; events of
 * gRPC, the timer and callers come in through that shard and nothing here is synchronised.
 */
@NullMarked
package io.shoal.client.internal.pipeline;

import org.jspecify.annotations.NullMarked;
