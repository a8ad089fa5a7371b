package io.shoal.storage.volume;

import java.nio.file.Path;
import java.util.List;

/**
 * What a change of the data directories came to.
 *
 * @param added are used from now on
 * @param removed are used no more
 */
public record VolumeChange(List<Path> added, List<Path> removed) {
  public VolumeChange {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
  }

  /** Tells whether the same directories are used as before. */
  public boolean isNone() {
    return added.isEmpty() && removed.isEmpty();
  }
}
