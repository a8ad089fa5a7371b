package io.shoal.metadata.command.handler;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.MaintenanceCommand.ReplicasDeleted;
import io.shoal.metadata.command.MaintenanceCommand.SealExpired;
import io.shoal.metadata.command.MaintenanceCommand.Tick;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.index.ExpiryIndex.Due;
import java.util.List;

/** What becomes due with time, and what nodes have done. Rules T1, C2, C4, G2. */
final class MaintenanceHandler {
  private MaintenanceHandler() {}

  static Reply tick(Context context, Tick command) {
    if (command.unitLimit() == 0) {
      return new Reply.Progress(0, false);
    }
    int limit = checkLimit(command.unitLimit());
    int units = 0;
    for (Due due : due(context, ExpiryIndex.Kind.SESSION, limit)) {
      if (units >= limit) {
        break;
      }
      units += SessionHandler.takeApart(context, new SessionId(due.id()), limit - units);
    }
    return progress(context, units, ExpiryIndex.Kind.SESSION);
  }

  // Rule C2.
  static Reply sealExpired(Context context, SealExpired command) {
    List<Due> due = due(context, ExpiryIndex.Kind.OPEN_CHUNK, checkLimit(command.unitLimit()));
    for (Due chunk : due) {
      ChunkTable.seal(context.state(), new ChunkId(chunk.id()));
    }
    return progress(context, due.size(), ExpiryIndex.Kind.OPEN_CHUNK);
  }

  static Reply replicasDeleted(Context context, ReplicasDeleted command) {
    checkLimit(Math.max(1, command.chunkIds().size()));
    int units = 0;
    for (ChunkId chunkId : command.chunkIds()) {
      boolean dropped =
          ChunkTable.dropReplica(context.state(), chunkId, command.nodeId(), context.now());
      units += dropped ? 1 : 0;
    }
    return new Reply.Progress(units, false);
  }

  private static Reply progress(Context context, int units, ExpiryIndex.Kind kind) {
    boolean more = ExpiryIndex.anyDue(context.state(), kind, context.now());
    return new Reply.Progress(units, more);
  }

  private static List<Due> due(Context context, ExpiryIndex.Kind kind, int limit) {
    return ExpiryIndex.due(context.state(), kind, context.now(), limit);
  }

  /** Returns the limit of a command's work, if it is one. */
  static int checkLimit(int unitLimit) {
    if (unitLimit < 1 || unitLimit > MaintenanceCommand.UNIT_LIMIT) {
      throw Refusal.invalid(
          "", "units: " + unitLimit + " (expected: 1 to " + MaintenanceCommand.UNIT_LIMIT + ")");
    }
    return unitLimit;
  }
}
