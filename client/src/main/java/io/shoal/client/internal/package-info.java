/**
 * The implementation of {@link io.shoal.client.ShoalClient}. Start with {@link
 * io.shoal.client.internal.ClientRuntime}, which starts and ends everything that a client owns;
 * {@code DefaultShoalClient} hands each call to a small class for its family.
 *
 * <p>{@code Operations} stands between callers and all of this: it counts operations, completes
 * futures on the callback executor and carries cancellation inwards. Beneath it futures complete on
 * any thread, and nothing blocks.
 */
@NullMarked
package io.shoal.client.internal;

import org.jspecify.annotations.NullMarked;
