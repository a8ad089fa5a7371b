package io.shoal.metadata.rpc.replication;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.snapshot.IncomingSnapshot;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSource;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.store.LogPosition;
import io.shoal.proto.v1.FilePart;
import io.shoal.proto.v1.ReplicationServiceGrpc;
import io.shoal.proto.v1.SnapshotBegin;
import io.shoal.proto.v1.SnapshotPart;
import io.shoal.proto.v1.SnapshotRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches snapshots over gRPC. What comes is written by a thread of its own, piece by piece, and
 * the next piece is asked for when one is written. A server that sends nothing for 30 s is given
 * up.
 */
public final class SnapshotFetcher implements SnapshotSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetcher.class);
  private static final Duration PROGRESS_LIMIT = Duration.ofSeconds(30);
  private static final int CLOSE_SECONDS = 10;

  private final EventLoops loops;
  private final RpcSettings rpc;
  private final ClusterSecret secret;
  private final Timer timer;
  private final Set<Fetch> underWay = ConcurrentHashMap.newKeySet();
  private final ExecutorService writing =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "snapshot-receive"));

  /** Makes it; the loops and the timer must outlive it. */
  public SnapshotFetcher(EventLoops loops, RpcSettings rpc, ClusterSecret secret, Timer timer) {
    this.loops = loops;
    this.rpc = rpc;
    this.secret = secret;
    this.timer = timer;
  }

  @Override
  public CompletableFuture<Snapshot> fetch(String server, Snapshots target) {
    Fetch fetch;
    try {
      fetch = new Fetch(HostPort.parse(server), target);
    } catch (IllegalArgumentException unknown) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.UNAVAILABLE,
              server,
              "'" + server + "' is no address of a leader",
              unknown));
    }
    fetch.begin();
    return fetch.result.copy();
  }

  /** Ends; what is being fetched fails. Blocks until nothing is written any more. */
  @Override
  public void close() {
    underWay.forEach(
        fetch ->
            fetch.fail(
                new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server shuts down")));
    writing.shutdown();
    try {
      if (!writing.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A piece of a snapshot is still being written; does the disk hang?");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Fetch implements ClientResponseObserver<SnapshotRequest, SnapshotPart> {
    private final HostPort server;
    private final Snapshots target;
    private final ManagedChannel channel;
    private final CompletableFuture<Snapshot> result = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<SnapshotRequest> call;
    private @Nullable IncomingSnapshot incoming;
    private Timer.@Nullable Scheduled alarm;

    Fetch(HostPort server, Snapshots target) {
      this.server = server;
      this.target = target;
      this.channel = RpcChannels.open(server, loops, rpc);
    }

    void begin() {
      underWay.add(this);
      var unused =
          result.whenComplete(
              (snapshot, failure) -> {
                underWay.remove(this);
                channel.shutdownNow();
                discard(failure);
              });
      run(this::waitForNext);
      var unusedCall = ReplicationServiceGrpc.newStub(channel).fetchSnapshot(this);
    }

    void fail(ShoalException reason) {
      result.completeExceptionally(reason);
    }

    /** A server that goes on answering pings while its disk hangs is given up as well. */
    private void waitForNext() {
      Timer.Scheduled before = alarm;
      if (before != null) {
        before.cancel();
      }
      alarm =
          timer.schedule(
              PROGRESS_LIMIT,
              Runnable::run,
              () ->
                  fail(
                      new ShoalException(
                          ErrorCode.DEADLINE_EXCEEDED,
                          server.toString(),
                          server + " sent nothing for " + PROGRESS_LIMIT.toSeconds() + " s")));
    }

    /** What came of a snapshot that does not come to its end is deleted. */
    private void discard(@Nullable Throwable failure) {
      try {
        writing.execute(
            () -> {
              Timer.Scheduled last = alarm;
              if (last != null) {
                last.cancel();
              }
              if (failure != null && incoming != null) {
                incoming.discard();
              }
            });
      } catch (RejectedExecutionException closed) {
        LOG.debug("what came of a snapshot is deleted by the next start");
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SnapshotRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(SnapshotPart part) {
      run(() -> take(part));
    }

    @Override
    public void onError(Throwable failure) {
      result.completeExceptionally(RpcErrors.fromThrowable(failure, server));
    }

    @Override
    public void onCompleted() {
      run(
          () -> {
            IncomingSnapshot all = incoming;
            if (all == null) {
              throw new IOException("nothing came");
            }
            result.complete(all.finish());
          });
    }

    private void take(SnapshotPart part) throws IOException {
      waitForNext();
      switch (part.getPartCase()) {
        case NONCE -> prove(part.getNonce());
        case BEGIN -> {
          SnapshotBegin begin = part.getBegin();
          incoming = target.receive(new LogPosition(begin.getTerm(), begin.getIndex()));
        }
        case FILE -> write(part.getFile());
        case PART_NOT_SET -> throw new IOException("a part of a kind that this version lacks");
      }
      calls().request(1);
    }

    private void prove(ByteString nonce) {
      byte[] proof = secret.proof(nonce.toByteArray(), SnapshotSender.PURPOSE);
      calls().onNext(SnapshotRequest.newBuilder().setProof(ByteString.copyFrom(proof)).build());
    }

    private void write(FilePart part) throws IOException {
      IncomingSnapshot all = incoming;
      if (all == null) {
        throw new IOException("a file before the begin of the snapshot");
      }
      byte[] data = part.getData().toByteArray();
      if (Crc32c.of(data) != part.getCrc32C()) {
        throw new IOException(
            part.getName() + ": the piece at " + part.getOffset() + " was damaged on the way");
      }
      all.append(part.getName(), part.getOffset(), ByteBuffer.wrap(data));
    }

    private ClientCallStreamObserver<SnapshotRequest> calls() {
      if (call == null) {
        throw new IllegalStateException("the call to " + server + " was not begun");
      }
      return call;
    }

    /** Runs a step on the thread that writes; what it throws ends the fetch. */
    private void run(Step step) {
      try {
        writing.execute(
            () -> {
              if (result.isDone()) {
                return;
              }
              try {
                step.run();
              } catch (IOException | RuntimeException failure) {
                result.completeExceptionally(
                    new ShoalException(
                        ErrorCode.UNAVAILABLE,
                        server.toString(),
                        "snapshot of " + server + ": " + failure.getMessage(),
                        failure));
              }
            });
      } catch (RejectedExecutionException closed) {
        result.completeExceptionally(
            new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server shuts down"));
      }
    }
  }

  /** What a part has us do. */
  private interface Step {
    void run() throws IOException;
  }
}
