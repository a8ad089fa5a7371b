/**
 * The client library: asynchronous access to a Shoal cluster for JVM services. Start with {@link
 * io.shoal.client.ShoalClient}.
 *
 * <p>Nothing here blocks. Futures complete on the client's own callback executor unless its
 * configuration names another one; they fail with {@link io.shoal.common.error.ShoalException}, or
 * are cancelled, and cancelling one cancels the remote calls beneath it. Everything is bounded by
 * count and bytes, so that a caller who never waits meets back-pressure, not an out-of-memory
 * error. Buffers that a caller hands in are <em>borrowed</em>: they may be reused once the returned
 * future has completed. Buffers that the library hands out are heap or direct {@code ByteBuffer}s
 * that the receiver owns.
 */
@NullMarked
package io.shoal.client;

import org.jspecify.annotations.NullMarked;
