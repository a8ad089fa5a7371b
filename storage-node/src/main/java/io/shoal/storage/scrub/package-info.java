/**
 * Finds bytes that went bad while nobody read them. Start with {@link
 * io.shoal.storage.scrub.Scrubber}, which reads every chunk of the node once in a period; its shard
 * owns everything here.
 */
@NullMarked
package io.shoal.storage.scrub;

import org.jspecify.annotations.NullMarked;
