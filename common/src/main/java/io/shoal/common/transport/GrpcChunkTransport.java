package io.shoal.common.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The client end on grpc-java, by its public API. */
public final class GrpcChunkTransport implements ChunkTransport {
  private final EventLoops loops;
  private final RpcSettings rpc;
  private final TimeSource time;
  private final Timer timer;
  private final ChunkMethods methods;
  private final LocalFiles files;
  private final NodeChannels channels;

  /** Makes a transport that reads from nodes only. */
  public GrpcChunkTransport(
      EventLoops loops, RpcSettings rpc, TransportSettings settings, TimeSource time, Timer timer) {
    this(loops, rpc, settings, time, timer, LocalFiles.NONE);
  }

  /**
   * Makes a transport that has no connections yet.
   *
   * @param loops borrowed; to be closed after the transport
   * @param timer for the limits of streams
   * @param files for long ranges on nodes of this machine
   */
  public GrpcChunkTransport(
      EventLoops loops,
      RpcSettings rpc,
      TransportSettings settings,
      TimeSource time,
      Timer timer,
      LocalFiles files) {
    this.files = files;
    this.loops = loops;
    this.rpc = rpc;
    this.time = time;
    this.timer = timer;
    this.methods = new ChunkMethods(loops.allocator());
    this.channels =
        new NodeChannels(
            node -> RpcChannels.open(node, loops, rpc),
            (channel, node) ->
                new NodeExchange(
                    channel,
                    methods,
                    node,
                    rpc.onReadyThresholdBytes(),
                    new NodeExchange.Idle(rpc.idleTimeout(), timer, loops.executor())),
            settings);
  }

  @Override
  public WriteStream openWrite(HostPort node, StreamLimits limits, WriteListener listener) {
    NodeChannels.Lease lease = channels.acquire(node);
    if (limits.deadline() != null || !lease.exchange().supported()) {
      return openOwnWrite(lease, node, limits, listener);
    }
    return new SmallWriteStream(
        lease.exchange(),
        listener,
        () -> openOwnWrite(lease, node, limits, listener),
        watches(node, limits),
        lease::release);
  }

  private WriteStream openOwnWrite(
      NodeChannels.Lease lease, HostPort node, StreamLimits limits, WriteListener listener) {
    GrpcWriteStream stream =
        new GrpcWriteStream(
            newCall(lease, methods.write, limits.deadline()),
            node,
            listener,
            watches(node, limits),
            lease::release);
    stream.start();
    return stream;
  }

  @Override
  public ReadStream openRead(
      HostPort node, ReadRange range, StreamLimits limits, ReadListener listener) {
    if (ExchangeRequest.Read.fits(range) || !files.mayHave(node)) {
      return openReadFromNode(node, range, limits, listener);
    }
    LocalReadStream stream =
        new LocalReadStream(
            files,
            node,
            range,
            listener,
            loops.allocator(),
            rest -> openReadFromNode(node, rest, limits, listener),
            watches(node, limits));
    stream.start(findLocalFile(node, range, Deadline.after(limits.idleTimeout(), time)));
    return stream;
  }

  private ReadStream openReadFromNode(
      HostPort node, ReadRange range, StreamLimits limits, ReadListener listener) {
    RangeInbox inbox = new RangeInbox(node, range, listener);
    NodeChannels.Lease lease = channels.acquire(node);
    if (limits.deadline() != null
        || !ExchangeRequest.Read.fits(range)
        || !lease.exchange().supported()) {
      return openStream(lease, node, methods.read, range, limits, inbox);
    }
    SmallReadStream stream =
        new SmallReadStream(
            lease.exchange(),
            inbox,
            () -> openStream(lease, node, methods.read, range, limits, inbox),
            watches(node, limits),
            lease::release);
    stream.start(range);
    return stream;
  }

  @Override
  public ReadStream openInventory(
      HostPort node, long afterChunkId, StreamLimits limits, InventoryListener listener) {
    return openStream(
        channels.acquire(node),
        node,
        methods.inventory,
        afterChunkId,
        limits,
        new InventoryInbox(node, afterChunkId, listener));
  }

  @Override
  public CompletableFuture<List<ChunkReport>> describe(
      HostPort node, List<ChunkId> chunks, Deadline deadline) {
    if (chunks.size() > DESCRIBE_LIMIT) {
      throw new IllegalArgumentException(
          "chunks: " + chunks.size() + " (expected: <= " + DESCRIBE_LIMIT + ")");
    }
    return callOnce(
        node,
        methods.describe,
        List.copyOf(chunks),
        reports -> reports.stream().map(ChunkReport::chunkId).toList().equals(chunks),
        deadline);
  }

  private CompletableFuture<LocalFile> findLocalFile(
      HostPort node, ReadRange range, Deadline deadline) {
    return callOnce(
        node,
        methods.localFile,
        range,
        file -> file.begin() <= range.offset() && file.end() >= range.end(),
        deadline);
  }

  private <Q, T> CompletableFuture<T> callOnce(
      HostPort node,
      MethodDescriptor<Envelope<Q>, Envelope<T>> method,
      Q request,
      Predicate<T> fits,
      Deadline deadline) {
    NodeChannels.Lease lease;
    try {
      lease = channels.acquire(node);
    } catch (ShoalException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return new SingleCall<>(newCall(lease, method, deadline), node, fits, lease::release)
        .start(request);
  }

  @Override
  public void close() {
    channels.close();
  }

  private <Q, T> ReadStream openStream(
      NodeChannels.Lease lease,
      HostPort node,
      MethodDescriptor<Envelope<Q>, Envelope<T>> method,
      Q request,
      StreamLimits limits,
      GrpcReadStream.Inbox<T> inbox) {
    GrpcReadStream<Q, T> stream =
        new GrpcReadStream<>(
            newCall(lease, method, limits.deadline()),
            node,
            inbox,
            watches(node, limits),
            lease::release);
    stream.start(request);
    return stream;
  }

  private <Q, T> ClientCall<Q, T> newCall(
      NodeChannels.Lease lease, MethodDescriptor<Q, T> method, @Nullable Deadline deadline) {
    CallOptions options = CallOptions.DEFAULT.withOnReadyThreshold(rpc.onReadyThresholdBytes());
    if (deadline != null) {
      options =
          options.withDeadlineAfter(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    }
    return lease.channel().newCall(method, options);
  }

  private Function<Consumer<ShoalException>, IdleWatch> watches(
      HostPort node, StreamLimits limits) {
    return cancel ->
        new IdleWatch(
            limits.idleTimeout(),
            time,
            timer,
            loops.executor(),
            () ->
                cancel.accept(
                    new ShoalException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        node.toString(),
                        "no progress of "
                            + node
                            + " for "
                            + limits.idleTimeout().toMillis()
                            + " ms")));
  }
}
