package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a directory.
 *
 * @param directory the inode that was listed
 * @param complete whether the page reaches the end of the directory
 */
public record ListPage(InodeId directory, List<Item> items, boolean complete) {
  public ListPage {
    items = List.copyOf(items);
  }

  /**
   * An entry of the directory.
   *
   * @param status null unless it was asked for
   */
  public record Item(String name, InodeId inodeId, FileType type, @Nullable FileStatus status) {}
}
