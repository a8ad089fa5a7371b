package io.shoal.storage.heartbeat;

import io.shoal.common.error.ShoalException;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.VolumeChange;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the link to the leader needs of the node. Called by one thread at a time; must not block.
 */
public interface NodeDuties {
  /** Returns the cluster that the node's volumes belong to; empty while they are not formatted. */
  String clusterId();

  /** Returns the node's volumes if they are open; null otherwise. */
  @Nullable ChunkStore volumes();

  /**
   * Gives the node's volumes, opened, and formatted first if they are not yet. Called with each
   * registration.
   *
   * @param clusterId the cluster that has taken the node in
   * @throws ShoalException {@code INVALID_ARGUMENT} if the node must not belong to it
   */
  CompletableFuture<ChunkStore> openVolumes(String clusterId);

  /** Returns the numbers of streams that are open. */
  StreamLoad streamLoad();

  /** Returns how far the node has come with reading all of its chunks. */
  ScrubLoad scrubLoad();

  /**
   * Reads the node's configuration again and uses the data directories that it names now.
   *
   * @return fails if it can't be read or a directory can't be used: nothing is changed then
   */
  CompletableFuture<Reloaded> reload();

  /** The leader has answered the first heartbeat: the node can begin to serve. Called once. */
  void attached();

  /**
   * The leader refuses the node for a reason that time does not mend. Called at most once, instead
   * of {@link #attached}.
   */
  void refused(ShoalException reason);

  /**
   * What reading the configuration again came to.
   *
   * @param volumes what became of the data directories
   * @param needsRestart whether other settings changed, which hold from the next start
   */
  record Reloaded(VolumeChange volumes, boolean needsRestart) {}

  /** Streams that are open. */
  record StreamLoad(int writeStreams, int readStreams) {}

  /**
   * How far the scrubber has come.
   *
   * @param passBytes what it has read in this pass
   * @param passOfBytes what there is to read, as far as is known
   * @param passDamaged chunks of this pass that were not what was written
   * @param endedAtMillis when the last pass ended, in milliseconds since 1970 by the node's clock;
   *     0 if none did
   * @param endedDamaged chunks of the last pass that were not what was written
   */
  record ScrubLoad(
      long passBytes, long passOfBytes, long passDamaged, long endedAtMillis, long endedDamaged) {}
}
