package io.shoal.client;

import java.util.List;

/**
 * A page of a directory.
 *
 * @param entries in the order of the names' UTF-8 bytes
 * @param complete whether the page reaches the end of the directory
 */
public record DirectoryPage(List<DirectoryEntry> entries, boolean complete) {
  public DirectoryPage {
    entries = List.copyOf(entries);
  }
}
