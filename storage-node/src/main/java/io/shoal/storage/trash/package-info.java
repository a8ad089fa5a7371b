/**
 * What becomes of chunks that the leader does not know (rule G5): they go to the trash, and are
 * erased when they have been there for long enough, unless there are so many of them that it is
 * more likely that the metadata has forgotten something. Start with {@link
 * io.shoal.storage.trash.UnknownChunks}, which belongs to the shard of the bond with the leader;
 * {@link io.shoal.storage.trash.DeletionBrake} is thread-safe.
 */
@NullMarked
package io.shoal.storage.trash;

import org.jspecify.annotations.NullMarked;
