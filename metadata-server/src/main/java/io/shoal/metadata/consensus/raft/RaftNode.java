package io.shoal.metadata.consensus.raft;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.KnownLeader;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.PeerGroup;
import io.shoal.metadata.consensus.queue.CommandQueue;
import io.shoal.metadata.consensus.queue.PendingEntry;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.consensus.snapshot.SnapshotSource;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.ReplaceableStateStore;
import io.shoal.metadata.store.StateDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft server of this process. Entries are appended by one thread; what comes of them is told
 * on Ratis's threads.
 */
public final class RaftNode implements CommandQueue.Appender, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RaftNode.class);

  /** How long an entry says that nobody else leads: half of what others wait for at least. */
  public static final Duration LEASE = Duration.ofMillis(RaftProperty.ELECTION_MIN_MILLIS / 2);

  private static final long SNAPSHOT_TIMEOUT_MILLIS = 60_000;

  /**
   * Where the log lies and who shares it.
   *
   * @param groupId the same for all peers of a cluster
   * @param self this server
   * @param founders those that begin the log, this one included; empty for one that is added to
   *     them later, and has it from the log who they are
   * @param entryBytesMax most bytes of commands in an entry
   */
  public record Settings(
      Path directory,
      UUID groupId,
      Peer self,
      List<Peer> founders,
      int entryBytesMax,
      SnapshotSettings snapshots) {}

  private final RaftGroupId groupId;
  private final RaftPeerId selfId;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong callIds = new AtomicLong();
  private final EntryCodec codec;
  private final ReplaceableStateStore store;

  /** The last one that went into the log; used by the thread that appends. */
  private @Nullable StateDigest sentDigest;

  private final RaftEvents events;
  private final SnapshotStorage storage;
  private final ReplicatedStateMachine machine;
  private final RaftServer server;
  private final PeerGroup group;
  private final Followers followers = new Followers();

  /**
   * Makes a server that is not started.
   *
   * @param store takes it: closed with this server
   * @param state puts snapshots in its place
   * @param source where snapshots of other servers come from
   * @param time for the pauses between tries to fetch one
   * @param timer looks whether a server that joins is still there
   */
  public RaftNode(
      Settings settings,
      ReplaceableStateStore store,
      StateDirectory state,
      Snapshots snapshots,
      SnapshotSource source,
      TimeSource time,
      Timer timer,
      EntryCodec codec,
      StateTransition transition,
      RaftEvents events,
      FaultHandler faults)
      throws IOException {
    this.groupId = RaftGroupId.valueOf(settings.groupId());
    this.selfId = RaftPeerId.valueOf(settings.self().id());
    this.codec = codec;
    this.store = store;
    this.events = events;
    this.storage = new SnapshotStorage(snapshots, settings.snapshots(), this::takeSnapshotInTime);
    this.machine =
        new ReplicatedStateMachine(
            store,
            transition,
            codec,
            storage,
            new SnapshotInstallation(state, snapshots, source, time),
            events,
            faults);
    this.server =
        RaftServer.newBuilder()
            .setServerId(selfId)
            .setGroup(group(settings))
            .setProperties(RaftProperty.of(settings))
            .setParameters(RaftProperty.parameters(followers))
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setStateMachine(machine)
            .build();
    this.group =
        new PeerChanges(
            server,
            groupId,
            settings.self(),
            timer,
            new PeerChanges.Requests(clientId, callIds::incrementAndGet),
            events);
  }

  private RaftGroup group(Settings settings) {
    return RaftGroup.valueOf(
        groupId, settings.founders().stream().map(PeerChanges::toRaft).toList());
  }

  /**
   * Prepares the log of a server that begins with a state which others made: the first term is the
   * one behind that of the state. There is no log of the group yet.
   *
   * @param logs the directory of a server, as in its settings
   */
  public static void prepare(Path logs, UUID groupId, long term) throws IOException {
    Path directory = logs.resolve(groupId.toString());
    Files.createDirectories(directory);
    DurableFiles.syncParent(logs);
    DurableFiles.sync(logs);
    try (RaftStorage storage =
        RaftStorage.newBuilder()
            .setDirectory(directory.toFile())
            .setOption(RaftStorage.StartupOption.FORMAT)
            .setLogCorruptionPolicy(RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION)
            .setStorageFreeSpaceMin(SizeInBytes.valueOf(0))
            .build()) {
      storage.initialize();
      storage
          .getMetadataFile()
          .persist(
              RaftStorageMetadata.valueOf(term, RaftStorageMetadata.getDefault().getVotedFor()));
    }
    DurableFiles.sync(directory);
    DurableFiles.sync(directory.resolve("current"));
  }

  /**
   * Starts it: reads the log, then takes part in elections.
   *
   * @throws IOException if the log can't be read, or log and state are not of the same history
   */
  public void start() throws IOException {
    server.start();
    machine.checkHistory(server.getDivision(groupId).getRaftLog());
    machine.started();
  }

  @Override
  public void append(PendingEntry entry) {
    byte[] content = codec.join(entry.encoded(), newDigest());
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(clientId)
            .setServerId(selfId)
            .setGroupId(groupId)
            .setCallId(callIds.incrementAndGet())
            .setMessage(new EntryMessage(entry, UnsafeByteOperations.unsafeWrap(content)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      var unused =
          server
              .submitClientRequestAsync(request)
              .whenComplete((reply, thrown) -> settle(entry, reply, thrown));
    } catch (IOException | RuntimeException e) {
      settle(entry, null, e);
    }
  }

  /** Returns the state's digest if it was not in an entry yet. */
  private @Nullable StateDigest newDigest() {
    StateDigest digest = store.digest();
    if (digest == null || digest.equals(sentDigest)) {
      return null;
    }
    sentDigest = digest;
    return digest;
  }

  /** An entry that was applied here is settled already; of any other nothing is known (rule X1). */
  private void settle(
      PendingEntry entry, @Nullable RaftClientReply reply, @Nullable Throwable thrown) {
    Throwable cause = reply == null ? thrown : reply.getException();
    entry.failed(
        new ShoalException(
            ErrorCode.OUTCOME_UNKNOWN,
            "",
            "the log gave no answer; try again with the same sequence",
            cause));
    if (cause instanceof NotLeaderException || cause instanceof LeaderNotReadyException) {
      events.onRefused(entry.term());
    }
  }

  /**
   * Returns which other server leads, and where it serves clients and nodes: that is read from the
   * log, which holds what was configured when the peer came in. None is known while this server
   * leads.
   */
  public KnownLeader knownLeader() {
    try {
      RaftServer.Division division = server.getDivision(groupId);
      // The term first: one that has ended meanwhile is corrected by the next notice, while a later
      // term with the leader before it would stay.
      long term = division.getInfo().getCurrentTerm();
      RaftPeerId leader = division.getInfo().getLeaderId();
      RaftPeer peer = leader == null ? null : division.getRaftConf().getPeer(leader);
      return new KnownLeader(
          term, peer == null || leader.equals(selfId) ? "" : peer.getClientAddress());
    } catch (IOException closed) {
      log.debug("no leader is known: {}", closed.toString());
      return new KnownLeader(0, "");
    }
  }

  /** Tells a follower at once that entries up to here are committed; while this server leads. */
  public void tellCommitted(String peerId, long index) {
    followers.tellCommitted(peerId, index);
  }

  /** Returns who keeps the log. */
  public PeerGroup group() {
    return group;
  }

  private void takeSnapshotInTime() {
    var unused =
        takeSnapshot()
            .exceptionally(
                failure -> {
                  log.warn("no snapshot was taken; the next entries ask again", failure);
                  return null;
                });
  }

  /**
   * Takes a snapshot of what is applied, unless there is one; the thread that applies the log does
   * it, between two entries.
   */
  public CompletableFuture<Void> takeSnapshot() {
    SnapshotManagementRequest request =
        SnapshotManagementRequest.newCreate(
            clientId, selfId, groupId, callIds.incrementAndGet(), SNAPSHOT_TIMEOUT_MILLIS, 1);
    return server
        .snapshotManagementAsync(request)
        .handle(
            (reply, thrown) -> {
              // Also if none was needed, or a snapshot of another server is on its way.
              storage.notUnderWay();
              Throwable cause = reply == null ? thrown : reply.getException();
              if (cause != null) {
                throw new ShoalException(
                    ErrorCode.UNAVAILABLE, "", "no snapshot was taken: " + cause, cause);
              }
              return null;
            });
  }

  /** Says that it is going to be closed: what Ratis does by itself from now on is no fault. */
  public void closing() {
    machine.closing();
  }

  /** Stops; entries in flight fail with {@code OUTCOME_UNKNOWN}. Waits until it has stopped. */
  @Override
  public void close() throws IOException {
    machine.closing();
    server.close();
  }
}
