package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;
import java.util.List;

/**
 * Where the replicas of a chunk are.
 *
 * @param length committed length in bytes
 * @param replicas the nodes that are worth a try, best first
 * @param counted how many of the replicas count towards the replication; 0 if none is known to be
 *     whole
 * @param lost replicas that are out of reach
 * @param leaving replicas that are whole, on nodes that are being emptied
 * @param damaged replicas whose bytes are not those that were written
 * @param replication replicas that the file's policy asks for
 * @param sealed whether the length is final
 */
public record ChunkLocation(
    ChunkId chunkId,
    int length,
    Layout layout,
    List<Replica> replicas,
    int counted,
    int lost,
    int leaving,
    int damaged,
    int replication,
    boolean sealed) {

  public ChunkLocation {
    replicas = List.copyOf(replicas);
  }
}
