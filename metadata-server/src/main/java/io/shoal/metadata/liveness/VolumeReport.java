package io.shoal.metadata.liveness;

/**
 * What a node says of one of its volumes.
 *
 * @param volume its number, unique within the node
 * @param directory the data directory, for people
 * @param capacityBytes size of its file system
 * @param availableBytes what may still be written above the reserve
 * @param usedBytes bytes of its chunks
 * @param fenceReason why it is fenced or offline; empty otherwise
 */
public record VolumeReport(
    int volume,
    String directory,
    long capacityBytes,
    long availableBytes,
    long usedBytes,
    long chunkCount,
    VolumeHealth health,
    String fenceReason) {}
