package io.shoal.client.internal;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import io.shoal.client.internal.metadata.GrantPool;
import io.shoal.client.internal.metadata.MetadataClient;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.pipeline.PipelineSettings;
import io.shoal.client.internal.read.LocalHosts;
import io.shoal.client.internal.resources.ClientBudgets;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.ClientExecutors;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileOperations;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.transfer.TransferOperations;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.flow.Deadlines;
import io.shoal.common.flow.Permits;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.LocalFiles;
import io.shoal.common.transport.TransportSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what a client consists of, and ends it in the reverse order. Wires and does nothing else.
 */
public final class ClientRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(ClientRuntime.class);

  /** How long a node that failed is avoided: about until the metadata servers suspect it, too. */
  private static final Duration SUSPICION = Duration.ofSeconds(10);

  /** How long transfers may take to let go of everything when the client is closed. */
  private static final Duration TRANSFERS_END = Duration.ofSeconds(4);

  private static final int CALLBACK_THREADS = 4;
  private static final int FILE_THREADS = 4;

  /** Permits of a budget, held or waited for: a limit by count beside the one by bytes. */
  private static final int PERMIT_LIMIT = 1 << 17;

  /** Buffers of connections, beside those that the budgets count. */
  private static final long CONNECTION_BYTES = 32L << 20;

  private final ClientFaults faults = new ClientFaults();
  private final SystemTimer timer = new SystemTimer();
  private final ThreadPoolExecutor ownCallbacks = ClientThreads.startCallbacks(CALLBACK_THREADS);
  private final ThreadPoolExecutor fileThreads = ClientThreads.startFiles(FILE_THREADS);
  private final EventLoops loops;
  private final ClientResources resources;
  private final Operations operations;
  private final MetadataClient metadata;
  private final GrantPool grants;
  private final FileOperations files;

  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private ClientRuntime(ClientConfig config, PipelineSettings pipeline) {
    BufferSettings buffers =
        BufferSettings.withMaxBytes(
            config.writeBudgetBytes() + config.readBudgetBytes() + CONNECTION_BYTES);
    loops =
        EventLoops.start(
            "shoal-client", EventLoops.defaultThreads(), BufferPool.create(buffers).allocator());
    RpcSettings rpc =
        RpcSettings.defaults()
            .withConnectTimeout(config.connectTimeout())
            .withClusterId(config.clusterId());
    resources = makeResources(config, rpc);
    operations =
        new Operations(
            config.operationLimit(),
            resources.executors().callbacks(),
            config
                .operationTimeout()
                .map(longest -> new Operations.TimeLimit(longest, resources.time(), timer))
                .orElse(null));
    RpcSettings toServers = rpc.withConnectTimeout(pipeline.attemptTimeout());
    metadata =
        new MetadataClient(
            pipeline,
            server -> RpcChannels.open(server, loops, toServers),
            resources.environment(),
            faults);
    NodeSuspicions suspicions = new NodeSuspicions(SUSPICION, resources.time());
    grants =
        new GrantPool(
            metadata,
            suspicions,
            GrantPool.Limits.DEFAULT,
            config.metadataTimeout(),
            resources.time(),
            faults);
    files =
        new TransferOperations(
            resources,
            metadata,
            grants,
            suspicions,
            () ->
                Operations.map(
                    metadata.describeCluster(resources.metadataDeadline()),
                    ProtoMapping::clusterOf));
    faults.closeBy(this::startClosing);
  }

  /**
   * Starts a client; it connects with its first operation.
   *
   * @throws IllegalArgumentException if the configuration contradicts itself
   */
  public static ShoalClient start(ClientConfig config) {
    PipelineSettings pipeline = MetadataClient.settingsOf(config);
    ClientRuntime runtime = new ClientRuntime(config, pipeline);
    return new DefaultShoalClient(
        runtime.resources, runtime.operations, runtime.metadata, runtime.files, runtime::close);
  }

  private ClientResources makeResources(ClientConfig config, RpcSettings rpc) {
    Executor shards = loops.executor();
    TimeSource time = TimeSource.system();
    ChunkTransport transport =
        new GrpcChunkTransport(
            loops,
            rpc,
            TransportSettings.defaults(),
            time,
            timer,
            config.localReads()
                ? new LocalFiles(fileThreads, LocalHosts.find(), time)
                : LocalFiles.NONE);
    return new ClientResources(
        config,
        new ClientExecutors(
            config.callbackExecutor().orElse(ownCallbacks), shards, fileThreads, faults),
        new ClientEnvironment(time, timer, new LazySecureRandom()),
        new ClientBudgets(
            budget("writes", config.writeBudgetBytes(), shards),
            budget("reads", config.readBudgetBytes(), shards)),
        transport,
        loops.allocator());
  }

  private static Permits budget(String name, long bytes, Executor executor) {
    return new Permits(name, new Permits.Limits(PERMIT_LIMIT, bytes, PERMIT_LIMIT), executor);
  }

  /** Ends everything, outermost first; what lies beneath is still there while something ends. */
  private CompletableFuture<Void> close() {
    startClosing();
    return closed.copy();
  }

  private void startClosing() {
    if (closing.compareAndSet(false, true)) {
      operations.close();
      Listening.to(endTransfers(), (nothing, failure) -> endMetadata(failure));
    }
  }

  private void endMetadata(@Nullable Throwable failureBefore) {
    logFailure("transfers", failureBefore);
    Listening.to(
        metadata.close(),
        (nothing, failure) -> {
          logFailure("metadata", failure);
          grants.close();
          resources.transport().close();
          startReleasing();
        });
  }

  private CompletableFuture<Void> endTransfers() {
    return Deadlines.enforce(
        files.close(),
        Deadline.after(TRANSFERS_END, resources.time()),
        timer,
        Runnable::run,
        () -> "end of the transfers");
  }

  /** The rest waits for threads to end, so it has one of its own. */
  private void startReleasing() {
    Thread releasing = new Thread(this::release, "shoal-client-close");
    releasing.setDaemon(true);
    releasing.start();
  }

  private void release() {
    loops.close();
    timer.close();
    fileThreads.shutdown();
    resources.budgets().writes().close();
    resources.budgets().reads().close();
    try {
      resources.executors().callbacks().execute(() -> closed.complete(null));
    } catch (RuntimeException refused) {
      closed.complete(null);
    } finally {
      ownCallbacks.shutdown();
    }
  }

  private static void logFailure(String what, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("{} did not end cleanly", what, failure);
    }
  }
}
