/**
 * Copies of the state store, from which a server starts again when its own is damaged and after
 * which the log can be cut. Start with {@link io.shoal.metadata.consensus.snapshot.Snapshots};
 * {@link io.shoal.metadata.consensus.snapshot.StateDirectory} decides what a server starts from.
 * Used by the thread that starts the server, then by the one that applies the log.
 */
@NullMarked
package io.shoal.metadata.consensus.snapshot;

import org.jspecify.annotations.NullMarked;
