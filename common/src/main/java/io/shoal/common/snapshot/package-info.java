/** The files of snapshots of the metadata, as they lie on a disk. */
@NullMarked
package io.shoal.common.snapshot;

import org.jspecify.annotations.NullMarked;
