package io.shoal.storage.index;

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
   */
  ChunkIndex open(Path directory, boolean readOnly, Consumer<Throwable> onFailure)
      throws IOException;
}
