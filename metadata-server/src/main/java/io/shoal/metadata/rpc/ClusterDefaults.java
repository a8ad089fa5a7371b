package io.shoal.metadata.rpc;

import static io.shoal.common.config.ValueTypes.bytes;
import static io.shoal.common.config.ValueTypes.duration;
import static io.shoal.common.config.ValueTypes.integer;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.namespace.FilePolicy;
import java.time.Duration;

/** The settings of the whole cluster as they stand in the leader's configuration file. */
public final class ClusterDefaults {
  private static final Key<Integer> REPLICATION =
      Key.of(
          "file.replication",
          integer(1, FilePolicy.REPLICATION_LIMIT),
          "3",
          "Copies of each chunk of a new file.");
  private static final Key<Integer> MIN_REPLICAS =
      Key.of(
          "file.min-replicas",
          integer(1, FilePolicy.REPLICATION_LIMIT),
          "2",
          "Copies that must be on stable storage before a commit is accepted.");
  private static final Key<Long> CHUNK_SIZE =
      Key.of(
          "file.chunk-size",
          bytes("64KiB", "1GiB"),
          "16MiB",
          "Most bytes in a chunk of a new file; a multiple of 16KiB.");
  private static final Key<Duration> GRACE =
      Key.of(
          "file.grace",
          duration("0", "30d"),
          "10m",
          "How long a removed or replaced file can still be read by those who opened it.");
  private static final Key<Duration> SESSION_LIFETIME =
      Key.of(
          "session.lifetime",
          duration("1s", "1h"),
          "1m",
          "A client that was silent for so long loses its session and its pending files.");
  private static final Key<Duration> GRANT_LIFETIME =
      Key.of(
          "grant.lifetime",
          duration("1s", "15m"),
          "15m",
          "How long a permission to write one chunk lives.");

  /** The keys of the configuration file. */
  public static final Section SECTION =
      Section.of(
          "settings of the whole cluster",
          REPLICATION,
          MIN_REPLICAS,
          CHUNK_SIZE,
          GRACE,
          SESSION_LIFETIME,
          GRANT_LIFETIME);

  private ClusterDefaults() {}

  /** Reads the keys of {@link #SECTION}. */
  public static ClusterSettings of(Config config) {
    int replication = config.get(REPLICATION);
    int minReplicas = config.get(MIN_REPLICAS);
    if (minReplicas > replication) {
      throw new IllegalArgumentException(
          "file.min-replicas: "
              + minReplicas
              + " (expected: at most file.replication, "
              + replication
              + ")");
    }
    return new ClusterSettings(
        replication,
        minReplicas,
        Math.toIntExact(config.get(CHUNK_SIZE)),
        config.get(GRACE).toMillis(),
        config.get(SESSION_LIFETIME).toMillis(),
        config.get(GRANT_LIFETIME).toMillis());
  }
}
