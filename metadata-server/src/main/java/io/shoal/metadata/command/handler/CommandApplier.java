package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.cluster.SessionRow;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.ReplyCodec;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.store.StateWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands happen: a pure function from (state, command) to (effects, reply), so that every
 * peer that applies the same log has the same tables, byte for byte.
 *
 * <p>A refusal is a {@link Reply.Failure} and leaves no trace but that reply. Any other exception
 * is a defect or a broken disk; it goes through, and the process halts on it (rule S1). Stateless;
 * {@link #apply} belongs to the thread that owns the writer.
 */
public final class CommandApplier {
  /** Carries out one kind of command. */
  private interface Handler<C extends Command> {
    Reply handle(Context context, C command);
  }

  private record Route<C extends Command>(Class<C> type, Handler<C> handler) {
    Reply follow(Context context, Command command) {
      return handler.handle(context, type.cast(command));
    }
  }

  private final Map<Class<? extends Command>, Route<?>> routes = new HashMap<>();
  private final SessionGate gate;

  /** Makes an applier that keeps replies for retries in the form of a codec. */
  public CommandApplier(ReplyCodec replies) {
    gate = new SessionGate(replies);
    routeSessions();
    routeNamespace();
    routeFiles();
    routeCluster();
    routeMaintenance();
    routeReplicas();
    requireRoutes(Command.class);
  }

  private void routeSessions() {
    route(SessionCommand.OpenSession.class, SessionHandler::open);
    route(SessionCommand.RenewSession.class, SessionHandler::renew);
    route(SessionCommand.CloseSession.class, SessionHandler::close);
  }

  private void routeNamespace() {
    route(NamespaceCommand.Mkdirs.class, NamespaceHandler::mkdirs);
    route(NamespaceCommand.Rename.class, RenameHandler::rename);
    route(NamespaceCommand.Delete.class, NamespaceHandler::delete);
    route(NamespaceCommand.SetAttributes.class, NamespaceHandler::setAttributes);
  }

  private void routeFiles() {
    route(NamespaceCommand.CreateFile.class, FileHandler::create);
    route(NamespaceCommand.Commit.class, CommitHandler::commit);
    route(NamespaceCommand.Abandon.class, FileHandler::abandon);
    route(NamespaceCommand.Clone.class, CloneHandler::cloneExtents);
    route(NamespaceCommand.Fence.class, FileHandler::fence);
    route(NamespaceCommand.Truncate.class, TruncateHandler::truncate);
  }

  private void routeCluster() {
    route(ClusterCommand.InitCluster.class, ClusterHandler::init);
    route(ClusterCommand.ConfigureCluster.class, ClusterHandler::configure);
    route(ClusterCommand.AllocateIds.class, ClusterHandler::allocateIds);
    route(ClusterCommand.RegisterNode.class, ClusterHandler::registerNode);
    route(ClusterCommand.RotateSigningKey.class, ClusterHandler::rotateSigningKey);
  }

  private void routeMaintenance() {
    route(MaintenanceCommand.Tick.class, MaintenanceHandler::tick);
    route(MaintenanceCommand.SealExpired.class, MaintenanceHandler::sealExpired);
    route(MaintenanceCommand.Reclaim.class, ReclaimHandler::reclaim);
    route(MaintenanceCommand.ReplicasDeleted.class, MaintenanceHandler::replicasDeleted);
  }

  private void routeReplicas() {
    route(RepairCommand.DeclareDead.class, NodeStateHandler::declareDead);
    route(RepairCommand.SetAdminState.class, NodeStateHandler::setAdminState);
    route(RepairCommand.StartMaintenance.class, NodeStateHandler::startMaintenance);
    route(RepairCommand.EndMaintenance.class, NodeStateHandler::endMaintenance);
    route(RepairCommand.UncountReplicas.class, ReplicaHandler::uncountReplicas);
    route(RepairCommand.RecordFindings.class, ReplicaHandler::recordFindings);
    route(RepairCommand.AddReplica.class, ReplicaHandler::addReplica);
    route(RepairCommand.RemoveReplica.class, ReplicaHandler::removeReplica);
  }

  private <C extends Command> void route(Class<C> type, Handler<C> handler) {
    routes.put(type, new Route<>(type, handler));
  }

  private void requireRoutes(Class<?> family) {
    for (Class<?> member : family.getPermittedSubclasses()) {
      if (member.isSealed()) {
        requireRoutes(member);
      } else if (!routes.containsKey(member)) {
        throw new IllegalStateException(member + ": no handler (expected: one)");
      }
    }
  }

  /**
   * Applies a command. Its effects are in the writer when this returns, whole or not at all.
   *
   * @param writer borrowed; without a savepoint of its own left open
   */
  public Reply apply(StateWriter writer, CommandEnvelope envelope) {
    // Rule T1.
    long now = SystemTable.raiseNow(writer, envelope.timeMillis());
    SessionStamp stamp = envelope.stamp();
    if (needsStamp(envelope.command()) != (stamp != null)) {
      return new Reply.Failure(
          ErrorCode.INVALID_ARGUMENT,
          "stamp",
          stamp == null ? "the command needs a session stamp" : "the command takes no stamp");
    }
    Context context = new Context(writer, now, null);
    if (stamp == null) {
      return envelope.deadlineMillis() < now
          ? SessionGate.late(envelope.deadlineMillis(), now)
          : execute(context, envelope.command());
    }
    return applyStamped(context, stamp, envelope);
  }

  private static boolean needsStamp(Command command) {
    return command instanceof NamespaceCommand
        || (command instanceof SessionCommand && !(command instanceof SessionCommand.OpenSession));
  }

  // Rule X1.
  private Reply applyStamped(Context context, SessionStamp stamp, CommandEnvelope envelope) {
    Reply instead = gate.answerWithoutExecuting(context, stamp, envelope.deadlineMillis());
    if (instead != null) {
      return instead;
    }
    SessionRow session = gate.enter(context, stamp);
    Context ofSession = new Context(context.state(), context.now(), session);
    Reply reply = execute(ofSession, envelope.command());
    gate.keep(context, session.sessionId(), stamp.sequence(), reply);
    return reply;
  }

  // Rule C5.
  private Reply execute(Context context, Command command) {
    @Nullable Route<?> route = routes.get(command.getClass());
    if (route == null) {
      throw new IllegalStateException(command.getClass() + ": no handler (expected: one)");
    }
    context.state().savepoint();
    try {
      Reply reply = route.follow(context, command);
      context.state().releaseSavepoint();
      return reply;
    } catch (ShoalException refusal) {
      if (refusal.code() == ErrorCode.INTERNAL) {
        throw refusal;
      }
      context.state().rollbackToSavepoint();
      return Reply.Failure.of(refusal);
    }
  }
}
