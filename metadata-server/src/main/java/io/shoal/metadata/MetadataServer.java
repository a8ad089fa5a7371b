package io.shoal.metadata;

import io.grpc.ServerServiceDefinition;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.program.RunningServer;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.command.handler.CommandApplier;
import io.shoal.metadata.consensus.Consensus;
import io.shoal.metadata.consensus.ConsensusSettings;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.consensus.codec.LogEntryCodec;
import io.shoal.metadata.rpc.MetadataServices;
import io.shoal.metadata.rpc.replication.LogIndexCalls;
import io.shoal.metadata.rpc.replication.ReplicationRpc;
import io.shoal.metadata.rpc.replication.SnapshotFetcher;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A metadata server: the replicated log with the state that it makes, and the services that stand
 * on it. It listens from the start, and serves while it leads. Several may run in one process, for
 * tests.
 */
public final class MetadataServer implements RunningServer {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataServer.class);

  /**
   * A request has at most {@code rpc.stream-bytes}; this is what may come before it was asked for.
   */
  private static final int STREAM_WINDOW_BYTES = 1 << 20;

  private final String clusterId;
  private final RpcServer server;
  private final Consensus consensus;
  private final long nativeMemoryBytes;
  private final CompletableFuture<Void> serving;

  /** What to give back, last first. */
  private final Deque<Runnable> closers;

  private MetadataServer(
      String clusterId,
      RpcServer server,
      Consensus consensus,
      long nativeMemoryBytes,
      CompletableFuture<Void> serving,
      Deque<Runnable> closers) {
    this.clusterId = clusterId;
    this.server = server;
    this.consensus = consensus;
    this.nativeMemoryBytes = nativeMemoryBytes;
    this.serving = serving;
    this.closers = closers;
  }

  /**
   * Starts a server. Blocks while the state is opened and the log is read.
   *
   * @param faults gets defects, and failures of the log's disk (rule S1)
   * @throws ShoalException if the configuration can't be used: a directory in use or of another
   *     cluster, a taken port, no secret; or if log or state are damaged. Nothing is left behind
   *     then
   */
  public static MetadataServer start(MetadataServerConfig config, FaultHandler faults) {
    Deque<Runnable> closers = new ArrayDeque<>();
    try {
      return new Assembly(config, faults, closers).start();
    } catch (RuntimeException refused) {
      closers.forEach(Runnable::run);
      throw refused;
    }
  }

  /**
   * Makes the data directory of a server of a new cluster, which is to be one of several. Without
   * effect if it is one of that cluster already. Blocks.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if no cluster is named, or the directory can't
   *     be used or belongs to another cluster; {@code UNAVAILABLE} if a server uses it
   */
  public static void format(MetadataServerConfig config) {
    if (config.place().clusterId().isEmpty()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "cluster-id",
          "cluster-id: none (expected: the same for all metadata servers of the new cluster)");
    }
    config.group().checkFounders();
    DataDirectory.claim(config.place().dataDirectory(), config.place().clusterId(), true).close();
  }

  /**
   * Makes the data directory of a server that is going to be added to those of a cluster. Without
   * effect if that was done before. Blocks.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if no cluster is named, or the directory can't
   *     be used, or is not new; {@code UNAVAILABLE} if a server uses it
   */
  public static void join(MetadataServerConfig config) {
    if (!config.group().self().hasOthers()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "peers",
          "peers: none (expected: this server's id=host:port/raft-port at least)");
    }
    DataDirectory.join(config.place().dataDirectory(), cluster(config)).close();
  }

  private static UUID cluster(MetadataServerConfig config) {
    return config
        .place()
        .clusterId()
        .orElseThrow(
            () ->
                new ShoalException(
                    ErrorCode.INVALID_ARGUMENT,
                    "cluster-id",
                    "cluster-id: none (expected: that of the cluster, which shoal version tells)"));
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.port();
  }

  /** Returns where it listens: the host as configured, the port as bound. */
  public HostPort address() {
    return server.address();
  }

  /** Returns the cluster that its data belong to. */
  public String clusterId() {
    return clusterId;
  }

  /** Tells whether it leads the metadata servers of its cluster. */
  public boolean leads() {
    return consensus.isLeader();
  }

  @Override
  public CompletableFuture<Void> serving() {
    return serving.copy();
  }

  @Override
  public long nativeMemoryBytes() {
    return nativeMemoryBytes;
  }

  @Override
  public synchronized void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }

  /**
   * Builds the parts in the order in which they need each other; what is built is closed in the
   * opposite one.
   */
  private static final class Assembly {
    private final MetadataServerConfig config;
    private final FaultHandler faults;
    private final Deque<Runnable> closers;
    private final CompletableFuture<Void> serving = new CompletableFuture<>();

    Assembly(MetadataServerConfig config, FaultHandler faults, Deque<Runnable> closers) {
      this.config = config;
      this.faults = faults;
      this.closers = closers;
    }

    MetadataServer start() {
      ClusterSecret secret = ClusterSecret.read(config.place().secretFile());
      MetadataServerConfig.Endpoint endpoint = config.endpoint();
      BufferPool buffers =
          BufferPool.create(BufferSettings.withMaxBytes(endpoint.maxBufferBytes()));
      EventLoops loops =
          EventLoops.start("metadata-server", endpoint.eventLoops(), buffers.allocator());
      closers.push(loops::close);
      SystemTimer timer = new SystemTimer();
      closers.push(timer::close);
      DataDirectory directory =
          DataDirectory.claim(
              config.place().dataDirectory(),
              config.place().clusterId(),
              !config.group().isShared());
      closers.push(directory::close);

      RpcSettings toPeers = RpcSettings.defaults().withClusterId(directory.clusterId().toString());
      SnapshotFetcher fetcher = new SnapshotFetcher(loops, toPeers, secret, timer);
      closers.push(fetcher::close);
      LogIndexCalls indices = new LogIndexCalls(config.group().self().id(), loops, toPeers);
      closers.push(indices::close);
      Consensus consensus = openState(directory, loops, timer, fetcher, indices);
      closers.push(() -> quietly("close", consensus::close));
      MetadataServices services =
          new MetadataServices(
              new ServerEnvironment(
                  consensus, consensus::view, TimeSource.system(), timer, loops.executor(), faults),
              config.services().withNewClusterId(directory.clusterId().toString()),
              secret,
              new SecureRandom());
      closers.push(services::close);
      closers.push(() -> quietly("resign", consensus::resign));
      ReplicationRpc replication =
          new ReplicationRpc(
              consensus,
              consensus.snapshots(),
              consensus::takeSnapshot,
              secret,
              new SecureRandom(),
              timer);
      closers.push(replication::close);
      List<ServerServiceDefinition> definitions = new ArrayList<>(services.definitions());
      definitions.add(replication.bindService());
      RpcServer server = listen(definitions, loops, directory.clusterId().toString());
      closers.push(() -> server.close(config.drainLimit()));
      Health health = new Health(server, serving);
      services.onServing(health::setServes);
      closers.push(services::endStreams);
      consensus.addLeadershipListener(services);
      consensus.addLeadershipListener(health);
      startLog(consensus, directory);
      return new MetadataServer(
          directory.clusterId().toString(),
          server,
          consensus,
          config.log().rocks().memoryBytes(),
          serving,
          closers);
    }

    private Consensus openState(
        DataDirectory directory,
        EventLoops loops,
        SystemTimer timer,
        SnapshotFetcher fetcher,
        LogIndexCalls indices) {
      MetadataServerConfig.Group group = config.group();
      ConsensusSettings settings =
          new ConsensusSettings(
              directory.path(),
              directory.clusterId(),
              group.self(),
              switch (directory.origin()) {
                case FOUNDED -> group.peers();
                case JOINED -> List.of();
                case RESTORED -> List.of(group.self());
              },
              config.log().limits(),
              config.log().snapshots(),
              config.log().rocks());
      CommandApplier applier = new CommandApplier(new KeptReplyCodec());
      try {
        return new Consensus(
            settings,
            new Consensus.Environment(
                applier::apply,
                new LogEntryCodec(),
                fetcher,
                indices,
                SystemTable::now,
                TimeSource.system(),
                timer,
                loops.executor(),
                faults));
      } catch (IOException e) {
        throw damaged(directory, e);
      }
    }

    private RpcServer listen(
        List<ServerServiceDefinition> definitions, EventLoops loops, String clusterId) {
      return RpcServers.start(
          config.endpoint().listen(),
          definitions,
          loops,
          RpcSettings.defaults().withFlowControlWindowBytes(STREAM_WINDOW_BYTES),
          () -> clusterId);
    }

    private void startLog(Consensus consensus, DataDirectory directory) {
      try {
        consensus.start();
      } catch (IOException e) {
        throw damaged(directory, e);
      }
    }

    private static ShoalException damaged(DataDirectory directory, IOException failure) {
      return new ShoalException(
          ErrorCode.UNAVAILABLE,
          directory.path().toString(),
          "the log and the state can't be opened: " + failure.getMessage(),
          failure);
    }

    private static void quietly(String what, Step step) {
      try {
        step.run();
      } catch (IOException e) {
        LOG.warn("The log did not {} well; what is acknowledged is durable", what, e);
      }
    }

    /** A step of closing the log. */
    private interface Step {
      void run() throws IOException;
    }
  }
}
