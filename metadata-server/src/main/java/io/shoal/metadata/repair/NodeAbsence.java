package io.shoal.metadata.repair;

/**
 * How far a node that is in maintenance is prepared to be away, as far as the leader has found out.
 *
 * @param endMillis of the maintenance that was prepared for, on the log clock
 * @param ready whether enough other nodes have each of its chunks, so that it may be switched off
 * @param unprotected chunks that too few others have, of those that were looked at
 * @param failing those of them that could not be copied when it was tried
 */
public record NodeAbsence(long endMillis, boolean ready, long unprotected, long failing) {}
