package io.shoal.metadata.rpc.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.consensus.ReadConsistency;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.metadata.rpc.serving.LeaderGate;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a request becomes a command of the log or a query of the state; the same for both ways in.
 * Thread-safe; nothing blocks. Checks run on the caller's thread, queries on {@link ReadPool},
 * replies of the log are encoded on the log's executor.
 */
final class NamespaceHandlers {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceHandlers.class);

  private static final long TIMEOUT_LIMIT_MILLIS = Duration.ofHours(1).toMillis();

  private final CommandLog log;
  private final LeaderGate gate;
  private final ReadPool reads;
  private final TimeSource time;
  private final CommandReader commands;
  private final NamespaceReads namespaceReads;
  private final Reservations reservations;

  NamespaceHandlers(
      CommandLog log,
      LeaderGate gate,
      ReadPool reads,
      TimeSource time,
      CommandReader commands,
      NamespaceReads namespaceReads,
      Reservations reservations) {
    this.log = log;
    this.gate = gate;
    this.reads = reads;
    this.time = time;
    this.commands = commands;
    this.namespaceReads = namespaceReads;
    this.reservations = reservations;
  }

  /**
   * Handles a request.
   *
   * @return never fails: a failure is an answer with an error
   */
  CompletableFuture<NamespaceReply> handle(NamespaceRequest request) {
    CompletableFuture<NamespaceReply> answer;
    try {
      boolean ofAnyServer = isReadOfAnyServer(request);
      answer = ofAnyServer || gate.isOpen() ? dispatch(request) : gate.refusal();
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    return answer.exceptionally(failure -> ReplyWriter.failure(request, failureOf(failure)));
  }

  private static ShoalException failureOf(Throwable thrown) {
    ShoalException failure = ShoalException.of(thrown);
    if (failure.code() == ErrorCode.INTERNAL) {
      LOG.error("A request met what should be impossible", failure);
    }
    return failure;
  }

  private static boolean isReadOfAnyServer(NamespaceRequest request) {
    ReadConsistency consistency = NamespaceReader.consistency(request);
    return consistency == ReadConsistency.FOLLOWER || consistency == ReadConsistency.STALE;
  }

  private CompletableFuture<NamespaceReply> dispatch(NamespaceRequest request) {
    long timeoutMillis = timeoutMillis(request);
    return switch (request.getRequestCase()) {
      case STAT, OPEN, EXTENTS, LIST, LOCATE -> read(request, deadline(timeoutMillis));
      case RESERVE_CHUNKS ->
          reservations
              .reserve(request.getReserveChunks(), deadline(timeoutMillis))
              .thenApply(
                  reply ->
                      NamespaceReply.newBuilder()
                          .setRequestId(request.getRequestId())
                          .setReserveChunks(reply)
                          .build());
      case OPEN_SESSION,
          RENEW_SESSION,
          CLOSE_SESSION,
          MKDIRS,
          CREATE_FILE,
          COMMIT,
          RENAME,
          DELETE,
          SET_ATTRIBUTES,
          CLONE,
          FENCE,
          ABANDON,
          TRUNCATE ->
          mutate(request, timeoutMillis);
      case REQUEST_NOT_SET ->
          throw new ShoalException(
              ErrorCode.UNSUPPORTED,
              "request",
              "request: none that this server knows (expected: one of its version)");
    };
  }

  private static long timeoutMillis(NamespaceRequest request) {
    long millis = Integer.toUnsignedLong(request.getTimeoutMillis());
    if (millis < 1) {
      throw Checks.invalid("timeout_millis", millis + " (expected: >= 1)");
    }
    return Math.min(millis, TIMEOUT_LIMIT_MILLIS);
  }

  private Deadline deadline(long timeoutMillis) {
    return Deadline.after(Duration.ofMillis(timeoutMillis), time);
  }

  private CompletableFuture<NamespaceReply> read(NamespaceRequest request, Deadline deadline) {
    Function<StateView, NamespaceReply.Builder> query = namespaceReads.prepare(request);
    ReadConsistency consistency = NamespaceReader.consistency(request);
    long minLogIndex = request.getMinLogIndex();
    return log.readBarrier(consistency)
        .thenCompose(
            passed ->
                reads.query(
                    deadline,
                    view -> {
                      if (consistency == ReadConsistency.STALE) {
                        checkHasEnough(view, minLogIndex);
                      }
                      return query.apply(view).setRequestId(request.getRequestId()).build();
                    }));
  }

  /**
   * A server that has joined and got nothing yet has no answer to any question; nor has one that is
   * behind to a question that goes on from another server's answer.
   */
  private static void checkHasEnough(StateView view, long minLogIndex) {
    if (new ClusterQueries(view).identity() == null) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "", "this metadata server has nothing of the cluster yet");
    }
    long applied = view.applied().index();
    if (applied < minLogIndex) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE,
          "",
          "this metadata server has the log up to "
              + applied
              + " (expected: at least "
              + minLogIndex
              + ", as another one that was asked before)");
    }
  }

  private CompletableFuture<NamespaceReply> mutate(NamespaceRequest request, long timeoutMillis) {
    int bytes = request.getSerializedSize();
    if (bytes > ServiceLimits.COMMAND_LIMIT_BYTES) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          "request",
          "request: "
              + bytes
              + " bytes (expected: at most "
              + ServiceLimits.COMMAND_LIMIT_BYTES
              + ")");
    }
    @Nullable SessionStamp stamp = CommandReader.stamp(request);
    Command command = commands.read(request);
    // Rule T1.
    long nowMillis = log.nowMillis();
    return log.submit(new CommandEnvelope(stamp, nowMillis, nowMillis + timeoutMillis, command))
        .thenApply(reply -> ReplyWriter.write(request, reply));
  }
}
