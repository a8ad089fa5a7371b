package io.shoal.metadata.consensus.raft;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis's settings, as far as they are not its own defaults. */
final class RaftProperty {
  /** An entry is held in memory until its segment is closed: this bounds what the log takes. */
  private static final long SEGMENT_BYTES = 4 << 20;

  /** For so long a server hears nothing before it stands for election, at least. */
  static final int ELECTION_MIN_MILLIS = 750;

  /** What Ratis puts around the commands of an entry. */
  private static final int ENTRY_OVERHEAD_BYTES = 64 << 10;

  private static final TimeDuration NEVER = TimeDuration.valueOf(3_650, TimeUnit.DAYS);

  private RaftProperty() {}

  static RaftProperties of(RaftNode.Settings settings) {
    RaftProperties properties = new RaftProperties();
    storage(properties, settings.directory());
    log(properties, settings.entryBytesMax() + ENTRY_OVERHEAD_BYTES);
    memory(properties);
    time(properties, !settings.self().hasOthers());
    transport(properties, settings);
    return properties;
  }

  static Parameters parameters(Followers followers) {
    Parameters parameters = new Parameters();
    parameters.put(Followers.PARAMETER, followers, Followers.class);
    GrpcConfigKeys.Server.setServicesCustomizer(parameters, new PeersOnly());
    return parameters;
  }

  /** The defaults lie under the temporary directory. */
  private static void storage(RaftProperties properties, Path directory) {
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(
        properties, directory.resolveSibling("raft.removed").toFile());
  }

  private static void log(RaftProperties properties, int entryBytes) {
    // Rule S1: what is acknowledged was forced; a damaged log stops the server.
    RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setCorruptionPolicy(
        properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    // Rule S1: the log is cut behind snapshots even while a peer is away. When to take them is
    // decided by the bytes of the log, which Ratis does not count.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
    // By default each commit is followed by an entry that tells the commit index: a second write
    // for every first one, only to begin replay before the leader is known.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, bytes(entryBytes));
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, bytes(entryBytes + 8));
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, bytes(SEGMENT_BYTES));
  }

  private static void memory(RaftProperties properties) {
    RaftServerConfigKeys.Log.setPreallocatedSize(properties, bytes(1 << 20));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, bytes(2 * SEGMENT_BYTES));
    // Every entry leaves a row for so long; entries are never retried, commands are (rule X1).
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, millis(1_000));
  }

  private static void time(RaftProperties properties, boolean singlePeer) {
    // After a long pause Ratis would close itself and leave a deaf process behind. Stepping down,
    // which it does after a shorter one, is enough.
    RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
    if (singlePeer) {
      // Nobody else could be elected: no need to wait for others, nor to step down.
      RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(1));
      RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(2));
      RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, NEVER);
    } else {
      // The defaults, 150 to 300 ms, are within what a loaded machine or a full disk takes.
      RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(ELECTION_MIN_MILLIS));
      RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(1_500));
      // Ratis would send the files itself, over the whole directory of the follower's snapshots.
      RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
      RaftServerConfigKeys.Notification.setNoLeaderTimeout(properties, millis(3_000));
      // One that stood still for so long stands down; and one that lost its majority does not stand
      // for election before: the others are ahead of it.
      RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(3_000));
    }
  }

  private static void transport(RaftProperties properties, RaftNode.Settings settings) {
    if (!settings.self().hasOthers()) {
      RaftConfigKeys.Rpc.setType(properties, new NoTransport());
      return;
    }
    RaftConfigKeys.Rpc.setType(properties, new PeerTransport());
    // By default it listens on every interface.
    GrpcConfigKeys.Server.setHost(properties, settings.self().service().host());
    GrpcConfigKeys.Server.setPort(properties, settings.self().raftPort());
  }

  private static SizeInBytes bytes(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }

  private static TimeDuration millis(int millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
