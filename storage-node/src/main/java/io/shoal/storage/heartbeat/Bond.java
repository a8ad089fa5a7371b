package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.Challenge;
import io.shoal.proto.v1.ConfirmDeletions;
import io.shoal.proto.v1.DeleteChunks;
import io.shoal.proto.v1.HeartbeatReply;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.Registered;
import io.shoal.storage.index.MetadataHistory;
import io.shoal.storage.trash.DeletionBrake;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.ChunkTrash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one metadata server, from the attempt to the loss: registers, sends heartbeats,
 * carries out orders. Belongs to the link's shard; what arrives after its end is dropped.
 */
final class Bond implements Attachment.Listener {
  /** How far the bond has come. */
  private enum Stage {
    /** The server's challenge is awaited. */
    CONNECTING,
    /** The node has registered; the answer is awaited. */
    REGISTERING,
    /** The leader has taken the node in; its volumes are being opened. */
    OPENING,
    /** Heartbeats go out, orders come in. */
    ATTACHED,
    /** Ended for good. */
    ENDED
  }

  /** Who made the bond; called in the shard. */
  interface Owner {
    /** The leader has answered the first heartbeat. */
    void attached(Bond bond);

    /** The bond has ended. Called at most once, last. */
    void ended(Bond bond, ShoalException reason);

    /** Volumes changed while this bond was lost: the next one may have begun with those before. */
    void changedAfterEnd();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Bond.class);
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

  /** Orders to delete that may be under way; while there are more, the leader has to wait. */
  static final int MAX_DELETIONS = 16;

  private final HostPort server;
  private final BondContext context;
  private final Owner owner;
  private final Attachment attachment;

  private Stage stage = Stage.CONNECTING;

  /** Set when the volumes are open. */
  private @Nullable ChunkStore store;

  private @Nullable GrantQuestions questions;
  private Timer.@Nullable Scheduled beat;
  private Timer.@Nullable Scheduled question;
  private Duration interval = LONGEST_INTERVAL;
  private long heardNanos;
  private boolean answered;

  /** How far the metadata was when the leader last answered; noted on the volumes now and then. */
  private @Nullable MetadataHistory heard;

  private int deletions;

  Bond(HostPort server, BondContext context, Owner owner) {
    this.server = server;
    this.context = context;
    this.owner = owner;
    this.attachment = new Attachment(server, context.runtime(), this);
  }

  HostPort server() {
    return server;
  }

  /** Connects. In the shard. */
  void begin() {
    heardNanos = context.runtime().time().nanoTime();
    scheduleBeat(context.config().silenceLimit());
    attachment.connect();
  }

  /** Ends the bond without telling the owner. In the shard. */
  void close() {
    stage = Stage.ENDED;
    cancel(beat);
    cancel(question);
    attachment.close();
  }

  // -----------------------------------------------------------------------------------------------
  // events

  @Override
  public void received(NodeOrder order) {
    inShard(() -> handle(order));
  }

  @Override
  public void lost(ShoalException reason) {
    inShard(() -> end(reason));
  }

  /** Runs an event in the shard, unless the bond has ended; what it throws ends the bond. */
  private void inShard(Runnable event) {
    try {
      context.shard().execute(() -> run(event));
    } catch (ShoalException closed) {
      LOG.debug("An event of the bond with {} comes after the end of the link", server);
    }
  }

  private void run(Runnable event) {
    if (stage == Stage.ENDED) {
      return;
    }
    try {
      event.run();
    } catch (ShoalException refused) {
      end(refused);
    } catch (IllegalArgumentException malformed) {
      end(invalid("malformed order: " + malformed.getMessage()));
    }
  }

  private void end(ShoalException reason) {
    close();
    owner.ended(this, reason);
  }

  private void handle(NodeOrder order) {
    heardNanos = context.runtime().time().nanoTime();
    switch (order.getOrderCase()) {
      case CHALLENGE -> register(order.getChallenge());
      case REGISTERED -> open(order.getRegistered());
      case HEARTBEAT_REPLY -> take(order.getHeartbeatReply());
      case DELETE -> delete(order.getDelete());
      case VERDICTS -> requireQuestions().answered(order.getVerdicts());
      case CHECK -> answer(replicaOrders().check(order.getCheck()));
      case COPY -> answer(replicaOrders().copy(order.getCopy()));
      case CONFIRM_DELETIONS -> confirm(order.getConfirmDeletions());
      case RELOAD_CONFIG -> reload();
      // An order of a later version: nothing that this node could do.
      case ORDER_NOT_SET -> LOG.warn("{} sent an order that this version does not know", server);
    }
    // While the volumes are being opened orders wait: they could not be carried out.
    if (stage != Stage.ENDED && stage != Stage.OPENING && deletions < MAX_DELETIONS) {
      attachment.requestOrder();
    }
  }

  // ------------------------------------------------------------------------------------------
  // registering

  private void register(Challenge challenge) {
    require(Stage.CONNECTING, "a challenge");
    stage = Stage.REGISTERING;
    attachment.send(
        NodeReports.register(
            context.profile(),
            context.duties().clusterId(),
            context.duties().volumes(),
            context.secret(),
            challenge.getNonce()));
  }

  private void open(Registered registered) {
    require(Stage.REGISTERING, "a registration");
    String clusterId = registered.getClusterId();
    String own = context.duties().clusterId();
    if (clusterId.isEmpty() || (!own.isEmpty() && !own.equals(clusterId))) {
      throw invalid("%s is of cluster '%s' (expected: '%s')".formatted(server, clusterId, own));
    }
    interval = clamp(Duration.ofMillis(registered.getHeartbeatIntervalMillis()));
    context
        .membership()
        .registered(
            clusterId, new NodeId(registered.getNodeId()), keysOf(registered.getSigningKeysList()));
    stage = Stage.OPENING;
    var unused =
        context
            .duties()
            .openVolumes(clusterId)
            .thenCompose(opened -> withBrake(opened, registered))
            .whenComplete((opened, failure) -> inShard(() -> opened(opened, failure)));
  }

  /** Nothing is deleted before it is known whether the brake is on; the rest does not wait. */
  private CompletableFuture<ChunkStore> withBrake(ChunkStore opened, Registered registered) {
    DeletionBrake brake = context.replicas().unknown().brake();
    return LeaderOrders.quietly("find the brake on deletions of", brake.load(opened.trash()))
        .thenCompose(
            loaded ->
                registered.hasHistory()
                    ? brake.follow(
                        opened.trash(),
                        historyOf(registered.getHistory()),
                        registered.getNowMillis())
                    : CompletableFuture.completedFuture(null))
        .thenApply(noted -> opened);
  }

  private static MetadataHistory historyOf(io.shoal.proto.v1.MetadataHistory told) {
    return new MetadataHistory(told.getNumber(), told.getAppliedIndex());
  }

  private void opened(@Nullable ChunkStore opened, @Nullable Throwable failure) {
    if (opened == null) {
      throw ShoalException.of(failure == null ? new IllegalStateException("no volumes") : failure);
    }
    store = opened;
    questions =
        new GrantQuestions(
            opened,
            context.membership(),
            context.replicas().unknown(),
            context.replicas().audit(),
            this::inShard,
            this::send);
    stage = Stage.ATTACHED;
    attachment.requestOrder();
    heardNanos = context.runtime().time().nanoTime();
    beat();
    scheduleQuestion();
  }

  private static Duration clamp(Duration interval) {
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      return SHORTEST_INTERVAL;
    }
    return interval.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : interval;
  }

  // -------------------------------------------------------------------------------------------
  // heartbeats

  private void beat() {
    if (silent()) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE,
          server.toString(),
          server + " said nothing for " + context.config().silenceLimit().toMillis() + " ms");
    }
    if (stage == Stage.ATTACHED && attachment.isReady()) {
      ChunkStore open = requireStore();
      attachment.send(
          NodeReports.heartbeat(
              open,
              context.duties().streamLoad(),
              context.replicas().unknown().status(open),
              context.duties().scrubLoad()));
      List<ChunkId> suspected = context.replicas().suspicions().take();
      if (!suspected.isEmpty()) {
        attachment.send(NodeReports.suspected(suspected));
      }
    }
    scheduleBeat(stage == Stage.ATTACHED ? interval : context.config().silenceLimit());
  }

  /**
   * While this node takes no orders, or is busy with its volumes, the silence is not the leader's.
   */
  private boolean silent() {
    long limitNanos = Math.max(context.config().silenceLimit().toNanos(), 3 * heartbeatNanos());
    boolean listening = stage != Stage.OPENING && deletions < MAX_DELETIONS;
    return listening && context.runtime().time().nanoTime() - heardNanos >= limitNanos;
  }

  private long heartbeatNanos() {
    return stage == Stage.ATTACHED ? interval.toNanos() : 0;
  }

  private void take(HeartbeatReply reply) {
    require(Stage.ATTACHED, "a heartbeat's answer");
    context.membership().replaceKeys(keysOf(reply.getSigningKeysList()));
    context.membership().advanceLogClock(reply.getNowMillis());
    requireStore().advanceLogClock(reply.getNowMillis());
    if (reply.hasHistory()) {
      heard = historyOf(reply.getHistory());
    }
    if (!answered) {
      answered = true;
      owner.attached(this);
    }
  }

  private static List<SigningKey> keysOf(List<io.shoal.proto.v1.SigningKey> keys) {
    return keys.stream()
        .map(key -> new SigningKey(key.getKeyId(), key.getSecret().toByteArray()))
        .toList();
  }

  // -----------------------------------------------------------------------------------------------
  // orders

  private void delete(DeleteChunks order) {
    require(Stage.ATTACHED, "an order to delete");
    if (context.replicas().unknown().brake().isOn()) {
      // Rule G5. Not answered, so that it is given again.
      LOG.debug("{} chunks are not deleted: the brake is on", order.getChunkIdsCount());
      return;
    }
    List<ChunkId> chunks = order.getChunkIdsList().stream().map(ChunkId::new).toList();
    deletions++;
    var unused =
        LeaderOrders.delete(requireStore(), chunks)
            .whenComplete((deleted, failure) -> inShard(() -> deleted(deleted)));
  }

  private void deleted(List<ChunkId> chunks) {
    boolean waiting = deletions == MAX_DELETIONS;
    deletions--;
    if (!chunks.isEmpty()) {
      attachment.send(NodeReports.deleted(chunks));
    }
    if (waiting) {
      attachment.requestOrder();
    }
  }

  private void confirm(ConfirmDeletions order) {
    require(Stage.ATTACHED, "a confirmation");
    var unused =
        LeaderOrders.quietly(
            "let go of",
            context
                .replicas()
                .unknown()
                .brake()
                .confirm(
                    requireStore().trash(), order.getBrakeSinceMillis(), order.getUpToChunks()));
  }

  /** If volumes changed, the leader ends the bond when it hears so, and the next one has them. */
  private void reload() {
    require(Stage.ATTACHED, "an order to reload");
    var unused =
        context
            .duties()
            .reload()
            .whenComplete((reloaded, failure) -> afterReload(() -> reloaded(reloaded, failure)));
  }

  private void afterReload(Runnable event) {
    try {
      context.shard().execute(event);
    } catch (ShoalException closed) {
      LOG.debug("The configuration was read after the end of the link");
    }
  }

  private void reloaded(NodeDuties.@Nullable Reloaded reloaded, @Nullable Throwable failure) {
    if (stage != Stage.ENDED) {
      run(() -> send(NodeReports.reloaded(reloaded, failure)));
    } else if (reloaded != null && !reloaded.volumes().isNone()) {
      owner.changedAfterEnd();
    }
  }

  private ReplicaOrders replicaOrders() {
    require(Stage.ATTACHED, "an order about replicas");
    return new ReplicaOrders(requireStore(), context.replicas().work());
  }

  private void answer(CompletableFuture<NodeReport> report) {
    var unused = report.thenAccept(made -> inShard(() -> send(made)));
  }

  private void send(NodeReport report) {
    attachment.send(report);
  }

  private void ask() {
    DeletionBrake brake = context.replicas().unknown().brake();
    ChunkTrash trash = requireStore().trash();
    MetadataHistory told = heard;
    var unused =
        brake
            .load(trash)
            .thenCompose(
                loaded ->
                    told == null
                        ? CompletableFuture.completedFuture(null)
                        : brake.follow(trash, told, context.membership().logClockMillis()))
            .exceptionally(
                failure -> {
                  LOG.warn("How far the metadata is can't be noted: {}", failure.toString());
                  return null;
                });
    requireQuestions().begin();
    scheduleQuestion();
  }

  // ----------------------------------------------------------------------------------------------
  // helpers

  private void scheduleBeat(Duration delay) {
    cancel(beat);
    beat = schedule(delay, this::beat);
  }

  private void scheduleQuestion() {
    question = schedule(context.config().questionInterval(), this::ask);
  }

  private Timer.Scheduled schedule(Duration delay, Runnable task) {
    return context.runtime().timer().schedule(delay, this::inShard, task);
  }

  private static void cancel(Timer.@Nullable Scheduled scheduled) {
    if (scheduled != null) {
      scheduled.cancel();
    }
  }

  private void require(Stage expected, String what) {
    if (stage != expected) {
      throw invalid(
          "%s sent %s in stage %s (expected: %s)".formatted(server, what, stage, expected));
    }
  }

  private ChunkStore requireStore() {
    if (store == null) {
      throw invalid(server + " sent an order before the volumes were open");
    }
    return store;
  }

  private GrantQuestions requireQuestions() {
    if (questions == null) {
      throw invalid(server + " answered a question that was not asked");
    }
    return questions;
  }

  private static ShoalException invalid(String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, "", message);
  }
}
