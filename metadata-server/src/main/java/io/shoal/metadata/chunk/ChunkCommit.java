package io.shoal.metadata.chunk;

import java.util.List;

/**
 * What a commit says of one chunk that grows or is sealed.
 *
 * @param length bytes that are durable on every one of the replicas
 * @param crc32c CRC32C of [0, length)
 * @param replicas the nodes that are durable to the length; replaces the chunk's replica set
 * @param seal whether the length is final
 */
public record ChunkCommit(
    ChunkGrant grant, int length, int crc32c, List<Replica> replicas, boolean seal) {

  public ChunkCommit {
    replicas = List.copyOf(replicas);
  }
}
