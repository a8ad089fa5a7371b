package io.shoal.storage.volume;

import io.shoal.common.id.VolumeId;

/**
 * How a volume does.
 *
 * @param volume the volume
 * @param directory its data directory, for people
 * @param capacityBytes size of its file system
 * @param availableBytes what may still be written there above the reserve, the room promised to
 *     open chunks left out
 * @param usedBytes durable bytes of its chunks that are served
 * @param chunkCount chunks that it serves
 * @param trashBytes bytes of its chunks in the trash
 * @param trashChunks chunks in the trash
 * @param health what it can do
 * @param fenceReason why it is fenced or offline; empty while it is not
 */
public record VolumeReport(
    VolumeId volume,
    String directory,
    long capacityBytes,
    long availableBytes,
    long usedBytes,
    long chunkCount,
    long trashBytes,
    long trashChunks,
    VolumeHealth health,
    String fenceReason) {}
