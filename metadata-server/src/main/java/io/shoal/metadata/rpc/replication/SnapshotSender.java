package io.shoal.metadata.rpc.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.SnapshotDownload;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.proto.v1.FilePart;
import io.shoal.proto.v1.SnapshotBegin;
import io.shoal.proto.v1.SnapshotPart;
import io.shoal.proto.v1.SnapshotRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a snapshot to one caller, as fast as that takes it. All files are opened at the begin, so
 * that a snapshot which is deleted meanwhile is sent to its end. State belongs to the executor, one
 * thread, which may wait for the disk.
 */
final class SnapshotSender implements StreamObserver<SnapshotRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
  private static final Duration PROGRESS_LIMIT = Duration.ofSeconds(30);
  private static final int NONCE_BYTES = 32;
  private static final int PART_BYTES = 256 << 10;

  /**
   * Where snapshots are.
   *
   * @param fresh takes one that holds all that was acknowledged before
   */
  record Supply(Snapshots snapshots, Supplier<CompletableFuture<Void>> fresh) {}

  private record OpenFile(String name, FileChannel channel) {}

  private final ServerCallStreamObserver<SnapshotPart> caller;
  private final Supply supply;
  private final ClusterSecret secret;
  private final byte[] nonce = new byte[NONCE_BYTES];
  private final Executor executor;
  private final Timer timer;
  private final Runnable onEnd;

  private final Deque<OpenFile> files = new ArrayDeque<>();
  private boolean proved;
  private boolean sending;
  private boolean ended;
  private Timer.@Nullable Scheduled alarm;

  SnapshotSender(
      ServerCallStreamObserver<SnapshotPart> caller,
      Supply supply,
      ClusterSecret secret,
      SecureRandom random,
      Executor executor,
      Timer timer,
      Runnable onEnd) {
    this.caller = caller;
    this.supply = supply;
    this.secret = secret;
    this.executor = executor;
    this.timer = timer;
    this.onEnd = onEnd;
    random.nextBytes(nonce);
  }

  /** Challenges the caller; called while the call is being set up. */
  void begin() {
    caller.disableAutoRequest();
    caller.setOnReadyHandler(() -> run(this::pump));
    caller.setOnCancelHandler(() -> run(this::end));
    caller.onNext(SnapshotPart.newBuilder().setNonce(ByteString.copyFrom(nonce)).build());
    caller.request(1);
    run(this::expectProgress);
  }

  /** Who neither proves anything nor takes what is sent must not keep others from it. */
  private void expectProgress() {
    if (alarm != null) {
      alarm.cancel();
    }
    if (!ended) {
      alarm =
          timer.schedule(
              PROGRESS_LIMIT,
              executor,
              () ->
                  refuse(
                      new ShoalException(
                          ErrorCode.DEADLINE_EXCEEDED,
                          "",
                          "the caller took nothing for " + PROGRESS_LIMIT.toSeconds() + " s")));
    }
  }

  @Override
  public void onNext(SnapshotRequest request) {
    run(() -> onRequest(request));
  }

  @Override
  public void onError(Throwable cancelled) {
    run(this::end);
  }

  @Override
  public void onCompleted() {}

  /** Runs a step; what it throws ends the call. */
  private void run(Runnable step) {
    try {
      executor.execute(
          () -> {
            try {
              step.run();
            } catch (RuntimeException failure) {
              refuse(ShoalException.of(failure));
            }
          });
    } catch (RejectedExecutionException closed) {
      LOG.debug("A snapshot is not sent to its end: this server shuts down");
    }
  }

  private void onRequest(SnapshotRequest request) {
    if (ended || proved) {
      return;
    }
    if (!secret.proves(request.getProof().toByteArray(), nonce, SnapshotDownload.PURPOSE)) {
      refuse(
          new ShoalException(
              ErrorCode.UNAUTHENTICATED,
              "",
              "the caller's proof is wrong: it was started with another cluster secret"));
      return;
    }
    proved = true;
    if (!request.getFresh()) {
      sendNewest();
      return;
    }
    if (alarm != null) {
      alarm.cancel();
    }
    var unused =
        supply
            .fresh()
            .get()
            .whenComplete(
                (taken, failure) ->
                    run(
                        () -> {
                          if (failure == null) {
                            sendNewest();
                          } else {
                            refuse(ShoalException.of(failure));
                          }
                        }));
  }

  private void sendNewest() {
    if (ended) {
      return;
    }
    try {
      Snapshot snapshot = supply.snapshots().newest().orElse(null);
      if (snapshot == null) {
        refuse(new ShoalException(ErrorCode.UNAVAILABLE, "", "this server has no snapshot yet"));
        return;
      }
      open(snapshot);
      LOG.info("Sending {}: {} files", snapshot, files.size());
      caller.onNext(
          SnapshotPart.newBuilder()
              .setBegin(
                  SnapshotBegin.newBuilder()
                      .setTerm(snapshot.position().term())
                      .setIndex(snapshot.position().index()))
              .build());
      sending = true;
      pump();
    } catch (IOException failure) {
      refuse(
          new ShoalException(
              ErrorCode.UNAVAILABLE, "", "the snapshot can't be read: " + failure, failure));
    }
  }

  private void open(Snapshot snapshot) throws IOException {
    List<Path> paths;
    try (Stream<Path> listed = Files.list(snapshot.directory())) {
      paths = listed.sorted().toList();
    }
    for (Path path : paths) {
      files.add(
          new OpenFile(
              path.getFileName().toString(), FileChannel.open(path, StandardOpenOption.READ)));
    }
  }

  private void pump() {
    expectProgress();
    try {
      while (sending && !ended && caller.isReady()) {
        OpenFile file = files.peek();
        if (file == null) {
          caller.onCompleted();
          end();
        } else {
          send(file);
        }
      }
    } catch (IOException failure) {
      refuse(
          new ShoalException(
              ErrorCode.UNAVAILABLE, "", "the snapshot can't be read: " + failure, failure));
    }
  }

  private void send(OpenFile file) throws IOException {
    long offset = file.channel().position();
    ByteBuffer data =
        ByteBuffer.allocate(
            (int) Math.min(PART_BYTES, Math.max(0, file.channel().size() - offset)));
    while (data.hasRemaining() && file.channel().read(data) >= 0) {}
    data.flip();
    boolean last = file.channel().position() >= file.channel().size();
    caller.onNext(
        SnapshotPart.newBuilder()
            .setFile(
                FilePart.newBuilder()
                    .setName(file.name())
                    .setOffset(offset)
                    .setCrc32C(Crc32c.of(data.array(), 0, data.limit()))
                    .setData(UnsafeByteOperations.unsafeWrap(data)))
            .build());
    if (last) {
      file.channel().close();
      files.remove();
    }
  }

  private void refuse(ShoalException reason) {
    if (ended) {
      return;
    }
    LOG.info("A snapshot is not sent: {}", reason.toString());
    caller.onError(RpcErrors.toStatusException(reason));
    end();
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (alarm != null) {
      alarm.cancel();
    }
    for (OpenFile file : files) {
      try {
        file.channel().close();
      } catch (IOException failure) {
        LOG.debug("{} does not close", file.name(), failure);
      }
    }
    files.clear();
    onEnd.run();
  }
}
