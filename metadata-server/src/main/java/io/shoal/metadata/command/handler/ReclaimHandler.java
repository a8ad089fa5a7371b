package io.shoal.metadata.command.handler;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.command.MaintenanceCommand.Reclaim;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.index.ExpiryIndex.Due;
import io.shoal.metadata.index.ExpiryIndex.Kind;
import io.shoal.metadata.namespace.EntryTable;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.ExtentTable;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.store.StateWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes apart what was removed, a bounded number of rows at a time: directories at once, files when
 * their grace period has passed, tombstones when their grants have expired. Rules C6, R2, G2.
 */
final class ReclaimHandler {
  private final StateWriter state;
  private final long now;
  private int left;

  private ReclaimHandler(Context context, int limit) {
    state = context.state();
    now = context.now();
    left = limit;
  }

  static Reply reclaim(Context context, Reclaim command) {
    int limit = MaintenanceHandler.checkLimit(command.unitLimit());
    ReclaimHandler work = new ReclaimHandler(context, limit);
    work.directories();
    work.files();
    work.tombstones();
    boolean more = new NamespaceQueries(context.state()).reclaimDue();
    return new Reply.Progress(limit - work.left, more);
  }

  private void directories() {
    for (Due due : ExpiryIndex.due(state, Kind.REMOVED_DIRECTORY, now, left)) {
      if (left <= 0) {
        return;
      }
      InodeId directory = new InodeId(due.id());
      List<EntryTable.Named> page = EntryTable.page(state, directory, "", left);
      for (EntryTable.Named child : page) {
        EntryTable.delete(state, directory, child.name());
        InodeTable.remove(state, child.entry().inodeId(), now);
      }
      left -= page.size();
      if (left > 0) {
        InodeTable.delete(state, InodeTable.require(state, directory));
        left--;
      }
    }
  }

  private void files() {
    for (Due due : ExpiryIndex.due(state, Kind.REMOVED_FILE, now, left)) {
      if (left <= 0) {
        return;
      }
      InodeId file = new InodeId(due.id());
      List<Extent> page = ExtentTable.page(state, file, 0, left);
      dropExtents(file, page);
      left -= page.size();
      if (left > 0) {
        InodeTable.delete(state, InodeTable.require(state, file));
        left--;
      }
    }
  }

  private void dropExtents(InodeId file, List<Extent> extents) {
    Map<ChunkId, Integer> references = new TreeMap<>();
    for (Extent extent : extents) {
      ExtentTable.delete(state, file, extent.fileOffset());
      references.merge(extent.chunkId(), 1, Integer::sum);
    }
    references.forEach((chunkId, count) -> ChunkTable.dropReferences(state, chunkId, count, now));
  }

  private void tombstones() {
    List<Due> due = ExpiryIndex.due(state, Kind.TOMBSTONE, now, left);
    for (Due tombstone : due) {
      ChunkTable.erase(state, new ChunkId(tombstone.id()));
    }
    left -= due.size();
  }
}
