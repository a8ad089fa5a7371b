/**
 * Indexes that several kinds of rows share: what is due when, what belongs to whom, what is known
 * by an outside name. Start with {@link io.shoal.metadata.index.ExpiryIndex}. Stateless functions;
 * whoever hands in the reader or writer owns it.
 */
@NullMarked
package io.shoal.metadata.index;

import org.jspecify.annotations.NullMarked;
