package io.shoal.client;

/** What a read is sure to show of the namespace, and whom it asks. */
public enum ReadConsistency {
  /**
   * All that was acknowledged before the read began, to whomever. The metadata server that leads
   * answers, once it has made sure that it still does: that costs it a log entry, which reads that
   * come together share. What a client does by itself.
   */
  LINEARIZABLE,

  /**
   * The same, as long as clocks run: the metadata server that leads answers at once if it has made
   * sure within the last 375 milliseconds. The risk: one whose clock stood still meanwhile, as in a
   * virtual machine that was suspended, may not know that another one leads by now, and not show
   * what was acknowledged since.
   */
  LEASE,

  /**
   * All that was acknowledged before the read began, from any metadata server: one that does not
   * lead asks the one that does how far the log is, and answers when it has got there. Takes load
   * off the leader, and a little longer.
   */
  FOLLOWER,

  /**
   * What any metadata server has, however old that may be, and although the next read may be
   * answered by one that has less. Costs the least, and is answered also while no metadata server
   * can lead because most of them are lost. A file may have been changed or deleted since, so that
   * it can't be read to its end.
   */
  STALE
}
