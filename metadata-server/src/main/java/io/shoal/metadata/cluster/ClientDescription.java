package io.shoal.metadata.cluster;

/**
 * What a client says of itself when it opens a session. Taken as told, like all names of users.
 *
 * @param name for people: what program it is
 * @param owner whom the files and directories that it makes belong to; empty for nobody
 * @param group their group; empty for none
 */
public record ClientDescription(String name, String owner, String group) {
  /** Tells whether it says whom what it makes belongs to. */
  public boolean namesOwner() {
    return !owner.isEmpty() || !group.isEmpty();
  }
}
