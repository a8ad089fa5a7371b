package io.shoal.metadata.namespace;

import io.shoal.metadata.chunk.ChunkLocation;
import java.util.List;

/**
 * A page of a file's map.
 *
 * @param chunks one for each chunk that the extents name
 * @param complete whether the page reaches the end of the file
 */
public record ExtentPage(List<Extent> extents, List<ChunkLocation> chunks, boolean complete) {
  public ExtentPage {
    extents = List.copyOf(extents);
    chunks = List.copyOf(chunks);
  }
}
