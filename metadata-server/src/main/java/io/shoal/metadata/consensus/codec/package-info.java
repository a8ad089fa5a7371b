/**
 * The format of the replicated log and of kept replies: between the records of {@code command} and
 * the messages of {@code shoal.log.v1}, which nothing outside of this package sees. Start with
 * {@link io.shoal.metadata.consensus.codec.LogEntryCodec}. Everything here is stateless and
 * thread-safe.
 */
@NullMarked
package io.shoal.metadata.consensus.codec;

import org.jspecify.annotations.NullMarked;
