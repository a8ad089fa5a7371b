package io.shoal.storage.index;

import io.shoal.common.error.ShoalException;
import io.shoal.storage.io.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens the index of a volume. */
@FunctionalInterface
public interface IndexOpener {
  /**
   * Opens an index, which is created if it is not there. Blocks until it has recovered.
   *
   * @param directory where its files lie; its parent exists
   * @param readOnly whether nothing may be written, not even for recovery; the index must exist
   *     then
   * @param onFailure told of an error in the background, on any thread: nothing that is committed
   *     afterwards is safe. Must return at once
   * @throws NoSpaceException if the file system is full
   * @throws ShoalException {@code UNAVAILABLE} if something else than the disk is in the way, such
   *     as another process that has the index open
   * @throws IOException if the disk failed or has damaged the index: not to be trusted again (rule
   *     D3)
   */
  ChunkIndex open(Path directory, boolean readOnly, Consumer<Throwable> onFailure)
      throws IOException;
}
