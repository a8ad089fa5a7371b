package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gets the chunks of a node. Calls come one at a time, on an event loop, and must not block. */
public interface InventoryListener {
  /** The next chunks, sorted by id, all higher than those before. */
  void onPage(List<ChunkReport> page);

  /**
   * The stream has ended. Exactly once, and the last call.
   *
   * @param failure null if the inventory is complete
   */
  void onClosed(@Nullable ShoalException failure);
}
