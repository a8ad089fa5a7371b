package io.shoal.metadata.rpc.nodes;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Timer;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.rpc.nodes.NodeDesk.Admission;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.proto.v1.Challenge;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReloaded;
import io.shoal.proto.v1.NodeReport.ReportCase;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.ReloadConfig;
import io.shoal.proto.v1.ReloadNodeReply;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bond with one storage node.
 *
 * <p><b>Bounds.</b> One message is asked for at a time, and none while the node does not read what
 * it is sent. Heartbeats are taken note of at once; of the other work of a node a few pieces are
 * under way at a time, and what comes beyond is dropped, because nodes ask and answer again.
 *
 * <p><b>Threads.</b> All state belongs to the stream's serial executor, which runs tasks on the
 * thread that brings them.
 */
final class AttachStream implements StreamObserver<io.shoal.proto.v1.NodeReport> {
  private static final Logger LOG = LoggerFactory.getLogger(AttachStream.class);
  private static final Duration REGISTRATION_TIMEOUT = Duration.ofSeconds(10);
  private static final int NONCE_BYTES = 32;

  /** Volumes are recovered in it, and others closed. */
  private static final Duration RELOAD_TIMEOUT = Duration.ofSeconds(60);

  private enum Stage {
    /** Answers the challenge; then its registration is */
    CHALLENGED,
    /** checked and put into the log; from then on it is */
    REGISTERING,
    /** and sends heartbeats, until the stream is */
    ATTACHED,
    /** for good. */
    ENDED
  }

  private final ServerCallStreamObserver<NodeOrder> node;
  private final ServerEnvironment environment;
  private final LeaderState leader;
  private final NodeDesk desk;
  private final ClusterSecret secret;
  private final ByteString nonce;
  private final Shard serial;

  private Stage stage = Stage.CHALLENGED;
  private boolean asked;
  private @Nullable AttachedNode attached;
  private Timer.@Nullable Scheduled alarm;

  /** Who waits for the node to have read its configuration. */
  private @Nullable CompletableFuture<ReloadNodeReply> reloading;

  private Timer.@Nullable Scheduled reloadAlarm;

  AttachStream(
      ServerCallStreamObserver<NodeOrder> node,
      ServerEnvironment environment,
      LeaderState leader,
      NodeDesk desk,
      ClusterSecret secret,
      SecureRandom random) {
    this.node = node;
    this.environment = environment;
    this.leader = leader;
    this.desk = desk;
    this.secret = secret;
    byte[] drawn = new byte[NONCE_BYTES];
    random.nextBytes(drawn);
    this.nonce = ByteString.copyFrom(drawn);
    // The quantum is without end because the thread is the sender's own.
    this.serial =
        new Shard(
            "attach", Runnable::run, Integer.MAX_VALUE, Integer.MAX_VALUE, environment.faults());
  }

  /** Challenges the node; called while the call is being set up, once the stream was let in. */
  void begin() {
    node.disableAutoRequest();
    node.setOnReadyHandler(() -> serial.execute(this::askForMore));
    node.setOnCancelHandler(() -> serial.execute(() -> end("the connection broke", null)));
    serial.execute(
        () -> {
          alarm =
              environment
                  .timer()
                  .schedule(REGISTRATION_TIMEOUT, serial, this::onRegistrationTimeout);
          send(NodeOrder.newBuilder().setChallenge(Challenge.newBuilder().setNonce(nonce)).build());
          askForMore();
        });
  }

  @Override
  public void onNext(io.shoal.proto.v1.NodeReport report) {
    serial.execute(() -> onReport(report));
  }

  @Override
  public void onCompleted() {
    serial.execute(() -> end("the node closed the stream", null));
  }

  @Override
  public void onError(Throwable cancelled) {
    serial.execute(() -> end("the connection broke", null));
  }

  /** Ends the stream with an error. Thread-safe. */
  void fail(ShoalException reason) {
    serial.execute(() -> end(reason.getMessage(), reason));
  }

  /**
   * Sends an order, unless the node does not read what it is sent. Thread-safe.
   *
   * @return whether it was sent
   */
  boolean order(NodeOrder order) {
    if (!node.isReady()) {
      return false;
    }
    serial.execute(() -> send(order));
    return true;
  }

  /**
   * Has the node read its configuration again. Thread-safe.
   *
   * @return fails with what the node answered; with UNAVAILABLE if it does not listen or the stream
   *     ends, with OVERLOADED while it is at it already, with DEADLINE_EXCEEDED if it says nothing
   */
  CompletableFuture<ReloadNodeReply> reload() {
    CompletableFuture<ReloadNodeReply> answer = new CompletableFuture<>();
    serial.execute(() -> reload(answer));
    return answer.copy();
  }

  private void reload(CompletableFuture<ReloadNodeReply> answer) {
    if (stage != Stage.ATTACHED || attached == null || !node.isReady()) {
      answer.completeExceptionally(
          new ShoalException(
              ErrorCode.UNAVAILABLE, toString(), this + " does not listen at present"));
    } else if (reloading != null) {
      answer.completeExceptionally(
          new ShoalException(
              ErrorCode.OVERLOADED, toString(), this + " reads its configuration already"));
    } else {
      reloading = answer;
      reloadAlarm =
          environment
              .timer()
              .schedule(
                  RELOAD_TIMEOUT,
                  serial,
                  () ->
                      failReload(
                          ErrorCode.DEADLINE_EXCEEDED,
                          "said nothing for " + RELOAD_TIMEOUT.toSeconds() + " s; its log knows"));
      send(NodeOrder.newBuilder().setReloadConfig(ReloadConfig.getDefaultInstance()).build());
    }
  }

  private void onReloaded(NodeReloaded report) {
    CompletableFuture<ReloadNodeReply> asked = endReload();
    ReloadNodeReply reply = report.getReply();
    if (asked != null) {
      if (report.hasFailure()) {
        asked.completeExceptionally(RpcErrors.fromProto(report.getFailure()));
      } else {
        asked.complete(reply);
      }
    }
    if (reply.getAddedDirectoriesCount() + reply.getRemovedDirectoriesCount() > 0) {
      end("its volumes changed: it attaches anew", null);
    }
  }

  private void failReload(ErrorCode code, String what) {
    CompletableFuture<ReloadNodeReply> asked = endReload();
    if (asked != null) {
      asked.completeExceptionally(new ShoalException(code, toString(), this + " " + what));
    }
  }

  private @Nullable CompletableFuture<ReloadNodeReply> endReload() {
    CompletableFuture<ReloadNodeReply> asked = reloading;
    reloading = null;
    if (reloadAlarm != null) {
      reloadAlarm.cancel();
    }
    return asked;
  }

  private void moveTo(Stage next, String reason) {
    LOG.debug("{}: {} -> {}: {}", this, stage, next, reason);
    stage = next;
  }

  private void onReport(io.shoal.proto.v1.NodeReport report) {
    asked = false;
    try {
      if (stage == Stage.CHALLENGED) {
        onFirst(report);
      } else if (stage == Stage.ATTACHED && attached != null) {
        onWork(report, attached);
      }
    } catch (ShoalException refused) {
      end(refused.getMessage(), refused);
    }
    askForMore();
  }

  private void onFirst(io.shoal.proto.v1.NodeReport report) {
    if (!report.hasRegister()) {
      throw unexpected(report.getReportCase(), "register");
    }
    RegisterNode register = report.getRegister();
    boolean proved =
        secret.proves(
            register.getProof().toByteArray(),
            nonce.toByteArray(),
            register.getNodeUuid().toByteArray(),
            register.getHost(),
            register.getPort());
    if (!proved) {
      throw new ShoalException(
          ErrorCode.UNAUTHENTICATED,
          register.getHost() + ":" + register.getPort(),
          "the node's proof is wrong: it was started with another cluster secret than this server");
    }
    NodeReport state = NodeReader.report(register);
    moveTo(Stage.REGISTERING, "the proof is right");
    var unused =
        desk.register(NodeReader.description(register), register.getClusterId())
            .whenComplete(
                (made, failure) -> serial.execute(() -> onRegistered(made, state, failure)));
  }

  private void onRegistered(
      @Nullable Admission admission, NodeReport state, @Nullable Throwable failure) {
    if (stage != Stage.REGISTERING) {
      return;
    }
    if (admission == null) {
      ShoalException reason =
          failure == null
              ? new ShoalException(ErrorCode.INTERNAL, "", "no registration and no failure")
              : ShoalException.of(failure);
      end(reason.getMessage(), reason);
      return;
    }
    AttachedNode made = admission.node();
    attached = made;
    moveTo(Stage.ATTACHED, "registered");
    leaveArrivals();
    LOG.info("{} is attached", this);
    AttachStream older = leader.attachments().attach(made.nodeId(), this);
    if (older != null) {
      older.fail(
          new ShoalException(
              ErrorCode.FENCED,
              "node " + made.nodeId(),
              "a newer stream of this node took over, from " + made.address()));
    }
    if (!leader.gate().isOpen()) {
      fail(new ShoalException(ErrorCode.NOT_LEADER, "", "this metadata server leads no more"));
      return;
    }
    send(NodeOrder.newBuilder().setRegistered(admission.answer()).build());
    leader.liveness().heard(made.nodeId(), state);
    leader.repair().onAttached(made.nodeId());
    askForMore();
  }

  private void onWork(io.shoal.proto.v1.NodeReport report, AttachedNode from) {
    switch (report.getReportCase()) {
      case HEARTBEAT ->
          desk.onHeartbeat(from, NodeReader.report(report.getHeartbeat()), this::answer);
      case CHUNKS_DELETED -> desk.onChunksDeleted(from, report.getChunksDeleted());
      case QUESTION -> desk.onQuestion(from, report.getQuestion(), this::answer);
      case CHECKED -> desk.onChecked(from, report.getChecked());
      case COPIED -> desk.onCopied(from, report.getCopied());
      case SUSPECTED -> desk.onSuspected(from, report.getSuspected());
      case RELOADED -> onReloaded(report.getReloaded());
      case REGISTER, REPORT_NOT_SET ->
          throw unexpected(report.getReportCase(), "a heartbeat, an answer or a question");
    }
  }

  private void answer(NodeOrder order) {
    serial.execute(() -> send(order));
  }

  private void send(NodeOrder order) {
    if (stage != Stage.ENDED) {
      node.onNext(order);
    }
  }

  private void askForMore() {
    boolean open = stage == Stage.CHALLENGED || stage == Stage.ATTACHED;
    if (open && !asked && node.isReady()) {
      asked = true;
      node.request(1);
    }
  }

  private void onRegistrationTimeout() {
    if (stage == Stage.CHALLENGED || stage == Stage.REGISTERING) {
      String message = "not registered within " + REGISTRATION_TIMEOUT;
      end(message, new ShoalException(ErrorCode.DEADLINE_EXCEEDED, "", message));
    }
  }

  private void leaveArrivals() {
    leader.attachments().arrived();
    if (alarm != null) {
      alarm.cancel();
    }
  }

  private void end(String reason, @Nullable ShoalException failure) {
    if (stage == Stage.ENDED) {
      return;
    }
    if (attached == null) {
      leaveArrivals();
      LOG.info("{} was not attached: {}", this, reason);
    } else {
      leader.attachments().detach(attached.nodeId(), this);
      LOG.info("{} is detached: {}", this, reason);
    }
    failReload(ErrorCode.UNAVAILABLE, "was lost before it answered");
    moveTo(Stage.ENDED, reason);
    if (failure == null) {
      node.onCompleted();
    } else {
      node.onError(RpcErrors.toStatusException(failure));
    }
  }

  private static ShoalException unexpected(ReportCase actual, String expected) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        "report",
        "report: " + actual + " (expected: " + expected + ")");
  }

  @Override
  public String toString() {
    return attached == null ? "A storage node" : attached.toString();
  }
}
