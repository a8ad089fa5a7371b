package io.shoal.metadata;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.Recovery;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.consensus.RestoredLog;
import io.shoal.metadata.store.StateWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the data directory of a metadata server from a backup. It is the only one of its cluster
 * then, and others can join it. What was acknowledged after the backup is lost, and nodes delete
 * nothing until an operator has looked (rule G5).
 */
public final class BackupRestore {
  private static final Logger LOG = LoggerFactory.getLogger(BackupRestore.class);

  private BackupRestore() {}

  /**
   * Restores. Blocks. If it fails, it can be tried again.
   *
   * @param backup what {@code shoal admin metadata backup} made
   * @throws ShoalException {@code INVALID_ARGUMENT} if the backup is damaged or of another cluster
   *     than the configured one, or the directory can't be used or is not new; {@code UNAVAILABLE}
   *     if a server uses it
   */
  public static void restore(MetadataServerConfig config, Path backup) {
    DataDirectory.restore(
        config.place().dataDirectory(),
        () ->
            RestoredLog.make(
                config.place().dataDirectory(),
                backup,
                config.log().snapshots(),
                config.log().rocks(),
                state -> beginHistory(state, config.place().clusterId()),
                FaultHandler.haltingProcess()));
  }

  private static RestoredLog.History beginHistory(StateWriter state, Optional<UUID> expected) {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[SigningKey.SECRET_BYTES];
    random.nextBytes(secret);
    ClusterIdentity identity =
        Recovery.begin(
            state,
            TimeSource.system().wallMillis(),
            random.nextLong(Recovery.FIRST_ID_LIMIT),
            secret);
    UUID clusterId = UUID.fromString(identity.clusterId());
    if (!clusterId.equals(expected.orElse(clusterId))) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "cluster-id",
          "the backup is of cluster " + clusterId + " (expected: " + expected.orElseThrow() + ")");
    }
    LOG.info("Cluster {} begins recovery epoch {}", clusterId, identity.recoveryEpoch());
    return new RestoredLog.History(clusterId, SystemTable.history(state));
  }
}
