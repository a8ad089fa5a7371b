/**
 * Commands on their way into the log. Start with {@link
 * io.shoal.metadata.consensus.queue.CommandQueue}, which gathers them in {@link
 * io.shoal.metadata.consensus.queue.PendingEntry entries}; knows nothing of how an entry is
 * replicated. Everything here is thread-safe.
 */
@NullMarked
package io.shoal.metadata.consensus.queue;

import org.jspecify.annotations.NullMarked;
