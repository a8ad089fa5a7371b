/**
 * Directories, files and the map from a file's bytes to chunks: their values, tables and rules, as
 * pure functions of the state. Start with {@link io.shoal.metadata.namespace.NamespaceQueries} for
 * reads, with {@link io.shoal.metadata.namespace.PathWalk} for how a path becomes an inode.
 * Everything here is stateless or an immutable value; whoever hands in the reader or writer owns
 * it.
 */
@NullMarked
package io.shoal.metadata.namespace;

import org.jspecify.annotations.NullMarked;
