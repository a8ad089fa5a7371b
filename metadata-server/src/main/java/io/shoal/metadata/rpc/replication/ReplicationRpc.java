package io.shoal.metadata.rpc.replication;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.proto.v1.LogIndexReply;
import io.shoal.proto.v1.LogIndexRequest;
import io.shoal.proto.v1.ReplicationServiceGrpc;
import io.shoal.proto.v1.SnapshotPart;
import io.shoal.proto.v1.SnapshotRequest;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The service for the other metadata servers, and for backups. Snapshots are read and sent by a
 * thread of its own, a few at a time.
 */
public final class ReplicationRpc extends ReplicationServiceGrpc.ReplicationServiceImplBase
    implements AutoCloseable {
  private static final int TRANSFERS = 4;
  private static final int RETRY_AFTER_MILLIS = 1_000;

  private final CommandLog log;
  private final SnapshotSender.Supply supply;
  private final ClusterSecret secret;
  private final SecureRandom random;
  private final Timer timer;
  private final Semaphore transfers = new Semaphore(TRANSFERS);
  private final ExecutorService sending =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "snapshot-send"));

  /**
   * Makes the service.
   *
   * @param log tells how far it is
   * @param fresh takes a snapshot that holds all that was acknowledged before
   * @param secret what callers prove to know
   * @param random draws challenges
   * @param timer ends calls of those who do not take what they get
   */
  public ReplicationRpc(
      CommandLog log,
      Snapshots snapshots,
      Supplier<CompletableFuture<Void>> fresh,
      ClusterSecret secret,
      SecureRandom random,
      Timer timer) {
    this.log = log;
    this.supply = new SnapshotSender.Supply(snapshots, fresh);
    this.secret = secret;
    this.random = random;
    this.timer = timer;
  }

  @Override
  public StreamObserver<SnapshotRequest> fetchSnapshot(StreamObserver<SnapshotPart> caller) {
    ServerCallStreamObserver<SnapshotPart> call = (ServerCallStreamObserver<SnapshotPart>) caller;
    if (!transfers.tryAcquire()) {
      call.onError(
          RpcErrors.toStatusException(
              new ShoalException(
                  ErrorCode.OVERLOADED,
                  "",
                  "snapshots are being sent: " + TRANSFERS + " (expected: fewer)",
                  RETRY_AFTER_MILLIS,
                  null)));
      return new Ignored();
    }
    SnapshotSender sender =
        new SnapshotSender(call, supply, secret, random, sending, timer, transfers::release);
    sender.begin();
    return sender;
  }

  @Override
  public void logIndex(LogIndexRequest request, StreamObserver<LogIndexReply> caller) {
    // With a handler set, an answer to a call that was cancelled is dropped instead of thrown.
    ((ServerCallStreamObserver<LogIndexReply>) caller).setOnCancelHandler(() -> {});
    var unused =
        log.logIndex(request.getPeerId())
            .whenComplete(
                (index, failure) -> {
                  if (failure == null) {
                    caller.onNext(LogIndexReply.newBuilder().setIndex(index).build());
                    caller.onCompleted();
                  } else {
                    caller.onError(RpcErrors.toStatusException(ShoalException.of(failure)));
                  }
                });
  }

  /** Ends; call it after the server was closed. */
  @Override
  public void close() {
    sending.shutdown();
  }

  private static final class Ignored implements StreamObserver<SnapshotRequest> {
    @Override
    public void onNext(SnapshotRequest request) {}

    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {}
  }
}
