package io.shoal.storage;

import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
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
import io.shoal.common.transport.ChunkTransportServer;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.TransportSettings;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.storage.heartbeat.Audit;
import io.shoal.storage.heartbeat.LeaderLink;
import io.shoal.storage.heartbeat.LinkRuntime;
import io.shoal.storage.heartbeat.Membership;
import io.shoal.storage.heartbeat.NodeDuties;
import io.shoal.storage.heartbeat.NodeProfile;
import io.shoal.storage.heartbeat.ReplicaDuties;
import io.shoal.storage.heartbeat.Suspicions;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.rpc.ChunkService;
import io.shoal.storage.scrub.Scrubber;
import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.trash.UnknownChunks;
import io.shoal.storage.volume.ChunkStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A storage node: volumes, the service that clients talk to, and the bond with the leader. It
 * listens from the start, and serves when the leader has taken it in and its volumes are open.
 * Several may run in one process, for tests.
 */
public final class StorageNode implements RunningServer {
  private static final Logger LOG = LoggerFactory.getLogger(StorageNode.class);

  /** For what should take no time when streams have ended. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final RpcServer server;
  private final Membership membership;
  private final long nativeMemoryBytes;
  private final CompletableFuture<Void> serving = new CompletableFuture<>();

  /** What to give back, last first. */
  private final Deque<Runnable> closers;

  private StorageNode(
      RpcServer server, Membership membership, long nativeMemoryBytes, Deque<Runnable> closers) {
    this.server = server;
    this.membership = membership;
    this.nativeMemoryBytes = nativeMemoryBytes;
    this.closers = closers;
  }

  /**
   * Starts a node. Blocks while the data directories are locked and the port is bound, and no
   * longer.
   *
   * @param reread reads the configuration as it is now, when an operator asks for that; may block,
   *     and throws {@link ShoalException} if it is wrong. Data directories can change, the rest
   *     holds from the next start
   * @param version of the software, for the leader
   * @param faults gets defects
   * @throws ShoalException if the configuration can't be used: a directory in use or of another
   *     cluster, a taken port, no secret; nothing is left behind then
   */
  public static StorageNode start(
      StorageNodeConfig config,
      Supplier<StorageNodeConfig> reread,
      String version,
      FaultHandler faults) {
    Deque<Runnable> closers = new ArrayDeque<>();
    try {
      return new Assembly(config, reread, version, faults, closers).start();
    } catch (RuntimeException refused) {
      closers.forEach(Runnable::run);
      throw refused;
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.port();
  }

  /** Returns what the leader told the node so far. */
  public Membership membership() {
    return membership;
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
    private final StorageNodeConfig config;
    private final Supplier<StorageNodeConfig> reread;
    private final String version;
    private final FaultHandler faults;
    private final Deque<Runnable> closers;

    Assembly(
        StorageNodeConfig config,
        Supplier<StorageNodeConfig> reread,
        String version,
        FaultHandler faults,
        Deque<Runnable> closers) {
      this.config = config;
      this.reread = reread;
      this.version = version;
      this.faults = faults;
      this.closers = closers;
    }

    StorageNode start() {
      ClusterSecret secret = ClusterSecret.read(config.secretFile());
      StorageNodeConfig.Endpoint endpoint = config.endpoint();
      BufferPool buffers =
          BufferPool.create(BufferSettings.withMaxBytes(endpoint.maxBufferBytes()));
      EventLoops loops =
          EventLoops.start("storage-node", endpoint.eventLoops(), buffers.allocator());
      closers.push(loops::close);
      SystemTimer timer = new SystemTimer();
      closers.push(timer::close);
      NodeVolumes volumes = claimVolumes(buffers);
      closers.push(() -> await("volumes", volumes.close()));

      Membership membership = new Membership();
      Suspicions suspicions = new Suspicions();
      Audit audit = new Audit();
      ChunkService service =
          new ChunkService(
              membership,
              suspicions,
              config.streams(),
              TimeSource.system(),
              timer,
              loops.executor());
      ChunkTransportServer transport =
          new ChunkTransportServer(service, rpcSettings(), loops.allocator());
      RpcServer server = listen(transport, volumes, loops);
      closers.push(
          () -> {
            server.setServing("", false);
            service.refuse();
            transport.drain();
            server.close(config.drainLimit());
          });

      StorageNode node =
          new StorageNode(server, membership, config.store().index().memoryBytes(), closers);
      NodeProfile profile =
          new NodeProfile(
              volumes.nodeUuid(),
              new HostPort(endpoint.reachableHost(), server.port()),
              endpoint.failureDomain(),
              version);
      Replicas replicas = replicas(loops, timer);
      Scrubber scrubber =
          new Scrubber(
              replicas,
              suspicions,
              audit,
              config.scrub(),
              TimeSource.system(),
              timer,
              loops.executor(),
              faults);
      closers.push(() -> await("scrubber", scrubber.close()));
      LeaderLink link =
          new LeaderLink(
              config.heartbeat(),
              profile,
              secret,
              membership,
              new Duties(
                  volumes,
                  new Reloader(config, reread, volumes),
                  service,
                  server,
                  node.serving,
                  scrubber),
              new ReplicaDuties(replicas, suspicions, audit, new UnknownChunks(config.trash())),
              new LinkRuntime(
                  loops,
                  RpcSettings.defaults(),
                  TimeSource.system(),
                  timer,
                  new SecureRandom(),
                  faults));
      closers.push(() -> await("bond with the leader", link.close()));
      link.start();
      LOG.info("Listening on {}", server.address());
      return node;
    }

    private Replicas replicas(EventLoops loops, SystemTimer timer) {
      GrpcChunkTransport transport =
          new GrpcChunkTransport(
              loops, rpcSettings(), TransportSettings.defaults(), TimeSource.system(), timer);
      closers.push(transport::close);
      return new Replicas(transport, loops.executor(), new SecureRandom(), faults);
    }

    private NodeVolumes claimVolumes(BufferPool buffers) {
      NodeVolumes volumes =
          NodeVolumes.claim(
              config.dataDirectories(),
              config.endpoint().clusterId(),
              config.store(),
              buffers.allocator(),
              TimeSource.system(),
              faults);
      if (!volumes.clusterId().isEmpty()) {
        var unused = volumes.open(volumes.clusterId());
      }
      return volumes;
    }

    private RpcSettings rpcSettings() {
      return RpcSettings.defaults()
          .withFlowControlWindowBytes(config.endpoint().streamWindowBytes())
          .withOnReadyThresholdBytes(config.streams().readWindowBytes());
    }

    private RpcServer listen(
        ChunkTransportServer transport, NodeVolumes volumes, EventLoops loops) {
      RpcServer server =
          RpcServers.start(
              config.endpoint().listen(),
              List.of(transport.service()),
              loops,
              rpcSettings(),
              volumes::clusterId);
      server.setServing("", false);
      return server;
    }
  }

  /** What the leader's orders mean for the parts of this node. */
  private record Duties(
      NodeVolumes nodeVolumes,
      Reloader reloader,
      ChunkService service,
      RpcServer server,
      CompletableFuture<Void> serving,
      Scrubber scrubber)
      implements NodeDuties {
    @Override
    public String clusterId() {
      return nodeVolumes.clusterId();
    }

    @Override
    public @Nullable ChunkStore volumes() {
      return nodeVolumes.opened();
    }

    @Override
    public CompletableFuture<ChunkStore> openVolumes(String clusterId) {
      return nodeVolumes.open(clusterId);
    }

    @Override
    public StreamLoad streamLoad() {
      return new StreamLoad(service.writeStreams(), service.readStreams());
    }

    @Override
    public ScrubLoad scrubLoad() {
      Scrubber.Pass pass = scrubber.pass();
      ScrubNote note = pass.note();
      return new ScrubLoad(
          note.bytes(), pass.ofBytes(), note.damaged(), note.endedAtMillis(), note.endedDamaged());
    }

    @Override
    public CompletableFuture<Reloaded> reload() {
      return reloader.reload();
    }

    @Override
    public void attached() {
      ChunkStore store = nodeVolumes.opened();
      if (store == null) {
        throw new IllegalStateException("attached without volumes");
      }
      service.serve(store);
      server.setServing(ChunkServiceGrpc.SERVICE_NAME, true);
      server.setServing("", true);
      serving.complete(null);
      scrubber.start(store);
    }

    @Override
    public void refused(ShoalException reason) {
      serving.completeExceptionally(reason);
    }
  }

  private static void await(String what, CompletableFuture<Void> closed) {
    try {
      closed.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("The {} did not close within {}", what, CLOSE_LIMIT);
    } catch (ExecutionException e) {
      LOG.warn("The {} did not close well: {}", what, ShoalException.of(e).toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
