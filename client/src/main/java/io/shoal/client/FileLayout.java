package io.shoal.client;

import java.util.List;

/**
 * Where the bytes of a file are.
 *
 * @param status the file
 * @param fewestCopies the fewest replicas that any of its chunks has and that count; 0 for an empty
 *     file or a directory
 * @param extents its map, in the order of file offsets
 */
public record FileLayout(FileStatus status, int fewestCopies, List<ExtentLocation> extents) {
  public FileLayout {
    extents = List.copyOf(extents);
  }

  /**
   * A row of the file's map with the replicas of its chunk.
   *
   * @param fileOffset first byte in the file
   * @param length bytes
   * @param chunkOffset first byte in the chunk
   * @param copies replicas of the chunk that are known to be whole, and count
   * @param wantedCopies how many it should have
   * @param lostCopies replicas that are out of reach, and may come back
   * @param leavingCopies replicas that are whole, on nodes that are being emptied
   * @param damagedCopies replicas whose bytes are not those that were written
   * @param replicas those that are worth a reader's try: if none counts, those that may be whole
   */
  public record ExtentLocation(
      long fileOffset,
      int length,
      long chunkId,
      int chunkOffset,
      boolean sealed,
      int copies,
      int wantedCopies,
      int lostCopies,
      int leavingCopies,
      int damagedCopies,
      List<ReplicaLocation> replicas) {
    public ExtentLocation {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * One copy of a chunk.
   *
   * @param address {@code host:port}
   */
  public record ReplicaLocation(int nodeId, int volumeId, String address) {}
}
