package io.shoal.client;

import java.util.List;

/**
 * What came of a node's reading its configuration again.
 *
 * @param addedDirectories data directories that it uses from now on
 * @param removedDirectories those that it uses no more; what lay there is made anew from the copies
 *     of other nodes
 * @param needsRestart whether other settings changed too, which hold from its next start
 */
public record NodeReload(
    List<String> addedDirectories, List<String> removedDirectories, boolean needsRestart) {
  public NodeReload {
    addedDirectories = List.copyOf(addedDirectories);
    removedDirectories = List.copyOf(removedDirectories);
  }
}
