package io.shoal.storage.chunk;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.IndexCommitter;
import io.shoal.storage.io.Disk;

/**
 * What the chunks of a volume are built on.
 *
 * @param disk the data directory
 * @param index the index, for reading
 * @param committer the only way to change the index
 * @param pools the volume's threads
 * @param guard the volume's health and room
 * @param allocator of all buffers
 * @param config pools and limits
 */
public record ChunkParts(
    Disk disk,
    ChunkIndex index,
    IndexCommitter committer,
    VolumePools pools,
    VolumeGuard guard,
    ByteBufAllocator allocator,
    ChunkConfig config) {}
