package io.shoal.metadata.liveness;

/**
 * What a node says of its work on its own chunks: told on to people, and nothing depends on it.
 *
 * @param unknownChunks chunks in the trash, and those that the brake keeps from it
 * @param brakeSinceMillis on the log clock; 0 while it is off
 */
public record NodeUpkeep(
    long trashChunks,
    long trashBytes,
    long unknownChunks,
    boolean brakeOn,
    long brakeSinceMillis,
    Scrub scrub) {
  /** Of a node that said nothing of it. */
  public static final NodeUpkeep NONE = new NodeUpkeep(0, 0, 0, false, 0, new Scrub(0, 0, 0, 0, 0));

  /**
   * How far the scrubber has come.
   *
   * @param lastEndedAtMillis by the node's clock; 0 if no pass has ended
   */
  public record Scrub(
      long passBytes,
      long passOfBytes,
      long passDamaged,
      long lastEndedAtMillis,
      long lastDamaged) {}
}
