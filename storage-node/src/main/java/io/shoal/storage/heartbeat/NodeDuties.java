package io.shoal.storage.heartbeat;

import io.shoal.common.error.ShoalException;
import io.shoal.storage.volume.ChunkStore;
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

  /** The leader has answered the first heartbeat: the node can begin to serve. Called once. */
  void attached();

  /**
   * The leader refuses the node for a reason that time does not mend. Called at most once, instead
   * of {@link #attached}.
   */
  void refused(ShoalException reason);

  /** Streams that are open. */
  record StreamLoad(int writeStreams, int readStreams) {}
}
