package io.shoal.metadata.consensus;

/** What a read of the replicated state is sure to show, and what it costs. */
public enum ReadConsistency {
  /**
   * All that was acknowledged before the read came in. The leader answers, once an entry that was
   * formed afterwards has been applied (rule R1).
   */
  LINEARIZABLE,

  /**
   * The same, as long as clocks run: the leader answers at once if an entry that it formed a short
   * time ago has been applied, since nobody else can have been elected so soon. With a clock that
   * stands still while others run, as in a virtual machine that is suspended, it is not true, and
   * what was acknowledged meanwhile is not shown.
   */
  LEASE,

  /**
   * All that was acknowledged before the read came in, at any server: one that does not lead asks
   * the leader how far the log is, and answers when it has applied as much.
   */
  FOLLOWER,

  /**
   * What the server has, whichever it is and however old that is: also while no server leads. One
   * read may show less than the one before it, of another server.
   */
  STALE
}
