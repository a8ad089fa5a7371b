package io.shoal.common.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.snapshot.IncomingFiles;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.FilePart;
import io.shoal.proto.v1.ReplicationServiceGrpc;
import io.shoal.proto.v1.SnapshotPart;
import io.shoal.proto.v1.SnapshotRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the newest snapshot of a metadata server. What comes is written on an executor, piece by
 * piece, and the next piece is asked for when one is written. A server that sends nothing for a
 * while is given up. Thread-safe.
 *
 * @param <T> what becomes of it
 */
public final class SnapshotDownload<T>
    implements ClientResponseObserver<SnapshotRequest, SnapshotPart> {
  /** What the proof of the cluster's secret is for. */
  public static final String PURPOSE = "snapshot";

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDownload.class);
  private static final Duration PROGRESS_LIMIT = Duration.ofSeconds(30);

  /** To take a snapshot, a server brings all that is in memory to its disk. */
  private static final Duration FRESH_LIMIT = Duration.ofMinutes(2);

  /**
   * Where a snapshot goes; called on the executor.
   *
   * @param <T> what becomes of it
   */
  public interface Target<T> {
    /**
     * Begins to take it in.
     *
     * @param term of the last log entry that is in it
     * @param index of that entry
     */
    IncomingFiles begin(long term, long index) throws IOException;

    /** All files came. */
    T finish() throws IOException;
  }

  /**
   * What is asked for.
   *
   * @param server whom the channel leads to, for messages
   * @param secret the cluster's, which the server wants proved
   * @param fresh whether the snapshot has to hold all that was acknowledged before it was asked for
   */
  public record Question(HostPort server, Channel channel, ClusterSecret secret, boolean fresh) {}

  private final Question question;
  private final Target<T> target;
  private final Executor writing;
  private final Timer timer;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  private volatile @Nullable ClientCallStreamObserver<SnapshotRequest> call;
  private @Nullable IncomingFiles incoming;
  private Timer.@Nullable Scheduled alarm;

  /**
   * Makes a download that has not begun.
   *
   * @param writing runs one task at a time, which may wait for the disk
   */
  public SnapshotDownload(Question question, Target<T> target, Executor writing, Timer timer) {
    this.question = question;
    this.target = target;
    this.writing = writing;
    this.timer = timer;
  }

  /**
   * Begins.
   *
   * @return completes with what the target made of it, on the executor, and when what came of a
   *     download that fails is deleted. Fails with {@code UNAVAILABLE}, {@code UNAUTHENTICATED},
   *     {@code NOT_LEADER}, {@code OVERLOADED}, or {@code DEADLINE_EXCEEDED} if nothing comes any
   *     more
   */
  public CompletableFuture<T> begin() {
    CompletableFuture<T> settled = new CompletableFuture<>();
    var unused = result.whenComplete((made, failure) -> ended(made, failure, settled));
    run(this::waitForNext);
    var unusedCall = ReplicationServiceGrpc.newStub(question.channel()).fetchSnapshot(this);
    return settled;
  }

  /** Gives it up. */
  public void fail(ShoalException reason) {
    result.completeExceptionally(reason);
  }

  private void ended(@Nullable T made, @Nullable Throwable failure, CompletableFuture<T> settled) {
    ClientCallStreamObserver<SnapshotRequest> open = call;
    if (failure != null && open != null) {
      open.cancel("the snapshot is not wanted any more", failure);
    }
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
            settle(made, failure, settled);
          });
    } catch (RejectedExecutionException closed) {
      LOG.debug("what came of a snapshot is left to the next one");
      settle(made, failure, settled);
    }
  }

  private static <T> void settle(
      @Nullable T made, @Nullable Throwable failure, CompletableFuture<T> settled) {
    if (made != null) {
      settled.complete(made);
    } else {
      settled.completeExceptionally(
          failure == null ? new IllegalStateException("nothing was made") : failure);
    }
  }

  /** A server that goes on answering pings while its disk hangs is given up as well. */
  private void waitForNext() {
    Timer.Scheduled before = alarm;
    if (before != null) {
      before.cancel();
    }
    Duration limit = question.fresh() && incoming == null ? FRESH_LIMIT : PROGRESS_LIMIT;
    alarm =
        timer.schedule(
            limit,
            Runnable::run,
            () ->
                fail(
                    new ShoalException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        question.server().toString(),
                        question.server() + " sent nothing for " + limit.toSeconds() + " s")));
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
    result.completeExceptionally(RpcErrors.fromThrowable(failure, question.server()));
  }

  @Override
  public void onCompleted() {
    run(
        () -> {
          if (incoming == null) {
            throw new IOException("nothing came");
          }
          result.complete(target.finish());
        });
  }

  private void take(SnapshotPart part) throws IOException {
    switch (part.getPartCase()) {
      case NONCE -> prove(part.getNonce());
      case BEGIN -> incoming = target.begin(part.getBegin().getTerm(), part.getBegin().getIndex());
      case FILE -> write(part.getFile());
      case PART_NOT_SET -> throw new IOException("a part of a kind that this version lacks");
    }
    waitForNext();
    calls().request(1);
  }

  private void prove(ByteString nonce) {
    byte[] proof = question.secret().proof(nonce.toByteArray(), PURPOSE);
    calls()
        .onNext(
            SnapshotRequest.newBuilder()
                .setProof(ByteString.copyFrom(proof))
                .setFresh(question.fresh())
                .build());
  }

  private void write(FilePart part) throws IOException {
    IncomingFiles all = incoming;
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
    ClientCallStreamObserver<SnapshotRequest> begun = call;
    if (begun == null) {
      throw new IllegalStateException("the call to " + question.server() + " was not begun");
    }
    return begun;
  }

  /** Runs a step on the thread that writes; what it throws ends the download. */
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
                      question.server().toString(),
                      "snapshot of " + question.server() + ": " + failure.getMessage(),
                      failure));
            }
          });
    } catch (RejectedExecutionException closed) {
      result.completeExceptionally(
          new ShoalException(ErrorCode.UNAVAILABLE, "", "what was to take the snapshot is closed"));
    }
  }

  /** What a part has us do. */
  private interface Step {
    void run() throws IOException;
  }
}
