/**
 * The disks of a storage node. Start with {@link io.shoal.storage.volume.ChunkStore}, the node's
 * whole storage engine as others see it; {@link io.shoal.storage.volume.VolumeDirectories} claims
 * the data directories, {@link io.shoal.storage.volume.VolumeSet} opens them. Each volume has its
 * own identity, lock, index, pools and health, so that a slow or dying disk harms nothing else;
 * health moves in one place, {@code VolumeStatus}.
 */
@NullMarked
package io.shoal.storage.volume;

import org.jspecify.annotations.NullMarked;
