package io.shoal.metadata.consensus;

/**
 * Is told when this server begins and ceases to lead, or to follow. Calls come one after another,
 * on the executor that the log was made with: for each term first {@link #onLeader}, later {@link
 * #onLeadershipLost}.
 */
public interface LeadershipListener {
  /** This server leads and has applied all that former leaders committed. */
  void onLeader(long term);

  /** Whether this server follows another one, which it hears; false until it is told. */
  default void onFollowing(boolean follows) {}

  /** This server does not lead any more; commands that are submitted now are refused. */
  void onLeadershipLost(long term);
}
