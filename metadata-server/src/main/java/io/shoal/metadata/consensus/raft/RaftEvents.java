package io.shoal.metadata.consensus.raft;

/** Is told what becomes of this server's leadership, on Ratis's threads; must return soon. */
public interface RaftEvents {
  /** It leads, and has applied all that former leaders committed. */
  void onLeader(long term);

  /** Whether it follows another server; false also when it has heard none for a while. */
  void onFollowing(boolean follows);

  /** It does not lead. */
  void onNotLeader();

  /** It has another one elected at once, or may yet. */
  void onHandingOver();

  /** It did not lead any more when an entry came that was formed while it led in a term. */
  void onRefused(long term);
}
