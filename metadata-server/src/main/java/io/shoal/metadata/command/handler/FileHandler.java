package io.shoal.metadata.command.handler;

import io.shoal.metadata.command.NamespaceCommand.Abandon;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Fence;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.Life;
import io.shoal.metadata.namespace.PathWalk;

/** Files begin, are thrown away, and are taken from their writers. */
final class FileHandler {
  private FileHandler() {}

  static Reply create(Context context, CreateFile command) {
    PathWalk walk = PathWalk.of(context.state(), command.path());
    Publisher.check(context, walk, command.precondition(), command.parents());
    InodeRow row = Inodes.freshFile(context, command.policy(), command.attributes());
    InodeTable.insert(context.state(), row);
    return new Reply.OfFile(row.status());
  }

  static Reply abandon(Context context, Abandon command) {
    InodeRow row = InodeTable.find(context.state(), command.inodeId());
    if (row != null
        && row.life() instanceof Life.Pending pending
        && pending.sessionId().equals(context.session())) {
      InodeTable.remove(context.state(), row.inodeId(), context.now());
    }
    return Reply.DONE;
  }

  // Rule C3: whoever was writing the file presumes a generation that is gone.
  static Reply fence(Context context, Fence command) {
    InodeRow before = Inodes.find(context, command.target());
    if (before.isDirectory()) {
      throw Refusal.isDirectory(command.target().toString());
    }
    ChunkRules.sealAll(context, before);
    FileStatus raised = before.status().resized(before.status().length());
    InodeTable.replace(context.state(), before, before.withStatus(raised));
    return new Reply.OfFile(raised);
  }
}
