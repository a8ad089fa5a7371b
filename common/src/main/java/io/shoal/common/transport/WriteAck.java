package io.shoal.common.transport;

/**
 * What a node says of a chunk while it is written.
 *
 * @param receivedBytes bytes that the node has taken over, in memory or on disk
 * @param durableBytes bytes that are on stable storage and will be there after a crash
 * @param durableCrc32c CRC32C of [0, durableBytes), as the node computed it
 * @param volumeId the volume that holds the replica; 0 while that is not decided
 */
public record WriteAck(int receivedBytes, int durableBytes, int durableCrc32c, int volumeId) {}
