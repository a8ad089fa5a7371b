package io.shoal.metadata.cluster;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.store.StateWriter;
import java.util.List;

/**
 * What sets the history that begins with a restored backup apart from all that were lost.
 *
 * <p>Rule T2: ids that were given out there are not given out again. The recovery epoch in them
 * tells that they are others than those before the backup was taken. But a backup may be restored
 * twice, and then both begin the same epoch: they count from different places on, drawn from so
 * many that they do not meet.
 *
 * <p>Grants that were signed there are worth nothing: what was written under them may be long
 * deleted.
 */
public final class Recovery {
  private static final int LAST_EPOCH = 255;

  /** Leaves as many ids as a cluster needs in ages, wherever it begins. */
  public static final long FIRST_ID_LIMIT = IdLayout.COUNTER_LIMIT / 2;

  private Recovery() {}

  /**
   * Begins a new history.
   *
   * @param wallMillis now; of two restores the later one has the greater number, by which nodes
   *     know it (rule T3)
   * @param firstId drawn from all below {@link #FIRST_ID_LIMIT}: where ids count from
   * @param secret drawn, too: signs the grants from now on
   * @throws ShoalException {@code INVALID_ARGUMENT} if the state is of no cluster; {@code
   *     LIMIT_EXCEEDED} if it was restored 255 times
   */
  public static ClusterIdentity begin(
      StateWriter state, long wallMillis, long firstId, byte[] secret) {
    ClusterIdentity lost = SystemTable.identity(state);
    if (lost == null) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "", "the backup is of a cluster that was never initialised");
    }
    if (lost.recoveryEpoch() == LAST_EPOCH) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          lost.clusterId(),
          "recovery epoch: " + LAST_EPOCH + " (expected: less, one is added)");
    }
    ClusterIdentity identity =
        new ClusterIdentity(lost.clusterId(), lost.space(), lost.recoveryEpoch() + 1);
    SystemTable.putIdentity(state, identity);
    SystemTable.putHistory(state, Math.max(wallMillis, SystemTable.history(state) + 1));
    for (Counter counter : List.of(Counter.INODE_IDS, Counter.CHUNK_IDS, Counter.SESSION_IDS)) {
      SystemTable.set(state, counter, firstId);
    }
    List<SigningKey> keys = SystemTable.signingKeys(state);
    int keyId = keys.isEmpty() ? 1 : keys.get(keys.size() - 1).keyId() + 1;
    SystemTable.putSigningKeys(state, List.of(new SigningKey(keyId, Bytes.copyOf(secret))));
    return identity;
  }
}
