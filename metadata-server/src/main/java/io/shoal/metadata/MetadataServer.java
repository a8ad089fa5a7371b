package io.shoal.metadata;

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
import io.shoal.metadata.consensus.raft.Peer;
import io.shoal.metadata.rpc.MetadataServices;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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

  /** The name of this server among the peers; there is one until more can be configured. */
  private static final String PEER_ID = "m1";

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

  /** Asks for a snapshot of the state now, beside those that are taken as the log grows. */
  public void requestSnapshot() {
    consensus.requestSnapshot();
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
          DataDirectory.claim(config.place().dataDirectory(), config.place().clusterId());
      closers.push(directory::close);

      Consensus consensus = openState(directory, loops);
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
      RpcServer server = listen(services, loops, directory.clusterId().toString());
      closers.push(() -> server.close(config.drainLimit()));
      services.onServing(serves -> tell(server, serves));
      closers.push(() -> services.onLeadershipLost(0));
      consensus.addLeadershipListener(services);
      startLog(consensus, directory);
      return new MetadataServer(
          directory.clusterId().toString(),
          server,
          consensus,
          config.log().rocks().memoryBytes(),
          serving,
          closers);
    }

    private Consensus openState(DataDirectory directory, EventLoops loops) {
      MetadataServerConfig.Log log = config.log();
      Peer self =
          new Peer(PEER_ID, config.endpoint().listen().host(), config.endpoint().raftPort());
      ConsensusSettings settings =
          new ConsensusSettings(
              directory.path(),
              directory.clusterId(),
              PEER_ID,
              List.of(self),
              log.limits(),
              log.snapshots(),
              log.rocks());
      CommandApplier applier = new CommandApplier(new KeptReplyCodec());
      try {
        return new Consensus(
            settings,
            new Consensus.Environment(
                applier::apply,
                new LogEntryCodec(),
                SystemTable::now,
                TimeSource.system(),
                loops.executor(),
                faults));
      } catch (IOException e) {
        throw damaged(directory, e);
      }
    }

    private RpcServer listen(MetadataServices services, EventLoops loops, String clusterId) {
      RpcServer server =
          RpcServers.start(
              config.endpoint().listen(),
              services.definitions(),
              loops,
              RpcSettings.defaults().withFlowControlWindowBytes(STREAM_WINDOW_BYTES),
              () -> clusterId);
      setServing(server, false);
      return server;
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

    private void tell(RpcServer server, boolean serves) {
      setServing(server, serves);
      if (serves && serving.complete(null)) {
        LOG.info("Serving on {}", server.address());
      }
    }

    private static void setServing(RpcServer server, boolean serves) {
      server.setServing("", serves);
      server.setServing(NamespaceServiceGrpc.SERVICE_NAME, serves);
      server.setServing(ClusterServiceGrpc.SERVICE_NAME, serves);
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
