/**
 * Typed identifiers. Ids come from the metadata server's log and are never reused; on the wire and
 * on disk they are plain integers, in code they are these records, so that a chunk id can't be
 * passed where an inode id is meant. Everything here is an immutable value.
 */
@NullMarked
package io.shoal.common.id;

import org.jspecify.annotations.NullMarked;
