package io.shoal.metadata.consensus.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.shoal.common.id.SessionId;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.consensus.raft.EntryCodec;
import io.shoal.metadata.store.StateDigest;
import io.shoal.proto.log.v1.DigestValue;
import io.shoal.proto.log.v1.LogEntry;
import io.shoal.proto.log.v1.LoggedCommand;
import io.shoal.proto.log.v1.StampValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes commands into log entries and reads them back. Rule S3. */
public final class LogEntryCodec implements EntryCodec {
  private static final int ENTRY_VERSION = 1;
  private static final int COMMAND_VERSION = 1;

  /**
   * Of an opening that says whom things belong to: a server that would ignore it must not apply.
   */
  private static final int OWNER_COMMAND_VERSION = 2;

  /** Of a file that is acknowledged otherwise than by fsync: it must not become one that is. */
  private static final int ACK_LEVEL_COMMAND_VERSION = 3;

  @Override
  public byte[] encode(CommandEnvelope envelope) {
    LoggedCommand.Builder logged =
        LoggedCommand.newBuilder()
            .setVersion(versionOf(envelope.command()))
            .setTimeMillis(envelope.timeMillis())
            .setDeadlineMillis(envelope.deadlineMillis());
    SessionStamp stamp = envelope.stamp();
    if (stamp != null) {
      logged.setStamp(
          StampValue.newBuilder()
              .setSessionId(stamp.sessionId().value())
              .setSequence(stamp.sequence())
              .setFirstUnacknowledged(stamp.firstUnacknowledged()));
    }
    encodeCommand(envelope.command(), logged);
    return logged.build().toByteArray();
  }

  private static int versionOf(Command command) {
    if (command instanceof SessionCommand.OpenSession open && open.client().namesOwner()) {
      return OWNER_COMMAND_VERSION;
    }
    CreateFile made = createdBy(command);
    return made != null && made.policy().ackLevel() != AckLevel.FSYNC
        ? ACK_LEVEL_COMMAND_VERSION
        : COMMAND_VERSION;
  }

  private static @Nullable CreateFile createdBy(Command command) {
    if (command instanceof CreateFile create) {
      return create;
    }
    return command instanceof NamespaceCommand.Commit commit
            && commit.file() instanceof NamespaceCommand.CommitFile.Created created
        ? created.create()
        : null;
  }

  private static void encodeCommand(Command command, LoggedCommand.Builder logged) {
    if (command instanceof NamespaceCommand namespace) {
      NamespaceCommands.encode(namespace, logged);
    } else if (command instanceof SessionCommand session) {
      LeaderCommands.encode(session, logged);
    } else if (command instanceof ClusterCommand cluster) {
      LeaderCommands.encode(cluster, logged);
    } else if (command instanceof MaintenanceCommand maintenance) {
      LeaderCommands.encode(maintenance, logged);
    } else if (command instanceof RepairCommand repair) {
      RepairCommands.encode(repair, logged);
    } else {
      throw new IllegalStateException("command without a form in the log: " + command.getClass());
    }
  }

  @Override
  public byte[] join(List<byte[]> commands, @Nullable StateDigest digest) {
    LogEntry.Builder entry = LogEntry.newBuilder().setVersion(ENTRY_VERSION);
    for (byte[] command : commands) {
      entry.addCommands(UnsafeByteOperations.unsafeWrap(command));
    }
    if (digest != null) {
      entry.setDigest(
          DigestValue.newBuilder()
              .setFirstIndex(digest.firstIndex())
              .setLastIndex(digest.lastIndex())
              .setValue(digest.value())
              .setVersion(digest.version()));
    }
    return entry.build().toByteArray();
  }

  @Override
  public Entry decode(ByteBuffer encoded) {
    try {
      LogEntry entry = LogEntry.parseFrom(encoded);
      requireVersion("log entry", entry.getVersion(), ENTRY_VERSION);
      List<CommandEnvelope> commands = new ArrayList<>(entry.getCommandsCount());
      for (ByteString command : entry.getCommandsList()) {
        commands.add(decodeCommand(LoggedCommand.parseFrom(command)));
      }
      return new Entry(commands, entry.hasDigest() ? digest(entry.getDigest()) : null);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("log entry: malformed", e);
    }
  }

  private static StateDigest digest(DigestValue digest) {
    return new StateDigest(
        digest.getVersion(), digest.getFirstIndex(), digest.getLastIndex(), digest.getValue());
  }

  private static CommandEnvelope decodeCommand(LoggedCommand logged) {
    requireVersion("command", logged.getVersion(), ACK_LEVEL_COMMAND_VERSION);
    @Nullable SessionStamp stamp = null;
    if (logged.hasStamp()) {
      StampValue value = logged.getStamp();
      stamp =
          new SessionStamp(
              new SessionId(value.getSessionId()),
              value.getSequence(),
              value.getFirstUnacknowledged());
    }
    return new CommandEnvelope(
        stamp, logged.getTimeMillis(), logged.getDeadlineMillis(), command(logged));
  }

  private static Command command(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case OPEN_SESSION, RENEW_SESSION, CLOSE_SESSION -> LeaderCommands.session(logged);
      case MKDIRS,
          CREATE_FILE,
          COMMIT,
          ABANDON,
          RENAME,
          DELETE,
          SET_ATTRIBUTES,
          CLONE,
          FENCE,
          TRUNCATE ->
          NamespaceCommands.decode(logged);
      case INIT_CLUSTER, CONFIGURE_CLUSTER, ALLOCATE_IDS, REGISTER_NODE, ROTATE_SIGNING_KEY ->
          LeaderCommands.cluster(logged);
      case TICK, SEAL_EXPIRED, RECLAIM, REPLICAS_DELETED -> LeaderCommands.maintenance(logged);
      case DECLARE_DEAD,
          SET_ADMIN_STATE,
          START_MAINTENANCE,
          END_MAINTENANCE,
          UNCOUNT_REPLICAS,
          RECORD_FINDINGS,
          ADD_REPLICA,
          REMOVE_REPLICA ->
          RepairCommands.decode(logged);
      case COMMAND_NOT_SET ->
          throw new IllegalArgumentException("command: of a kind that this version does not know");
    };
  }

  private static void requireVersion(String what, int actual, int newest) {
    if (actual < 1 || actual > newest) {
      throw new IllegalArgumentException(
          what + ": version " + actual + " (expected: 1 to " + newest + ")");
    }
  }
}
