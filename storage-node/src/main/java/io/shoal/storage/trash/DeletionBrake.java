package io.shoal.storage.trash;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.index.MetadataHistory;
import io.shoal.storage.volume.ChunkTrash;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops all deletions when more of the node's chunks are unknown to the leader than writers that
 * died leave behind (rule G5): then it is more likely that the metadata has forgotten files,
 * because it was restored from a backup, or is not the one that these volumes belong to. Only an
 * operator lets it off. It is noted on every volume, so that a restart does not forget it.
 * Thread-safe.
 *
 * <p><b>What an operator confirms</b> is a number of unknown chunks: those that the brake was put
 * on for. So many do not count any more until they are erased or known; what becomes unknown beside
 * them does, and puts the brake on again.
 *
 * <p><b>Deletions by order wait as well.</b> The leader orders them from marks in its log, which
 * say that a replica was too many, or its chunk garbage. If the metadata was restored, these marks
 * are as old as the backup. Garbage is garbage in every later history too, for nothing makes it
 * referenced again. But a replica that was marked then may have been deleted and, in the history
 * that is lost, been copied to this node again, while the replicas that made it surplus went away:
 * it may be the last one. And a server that was restored without a new recovery epoch gives ids
 * anew (rule T2), so that its garbage may have the id of a forgotten chunk. The node can't tell
 * these orders from others. So it does not carry any of them out while it has reason to think that
 * the metadata forgot something. The leader gives them again until they are answered: what it costs
 * is space, for as long as the operator looks.
 */
public final class DeletionBrake {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionBrake.class);

  private final TrashConfig config;
  private boolean loaded;
  private BrakeNote note = BrakeNote.NONE;

  /** Makes a brake that is off. */
  public DeletionBrake(TrashConfig config) {
    this.config = config;
  }

  /**
   * Takes over what was noted on the volumes, the first time that it is called.
   *
   * @return fails if they can't tell: nothing may be deleted then
   */
  public CompletableFuture<Void> load(ChunkTrash trash) {
    synchronized (this) {
      if (loaded) {
        return CompletableFuture.completedFuture(null);
      }
    }
    return trash.brakeNote().thenAccept(this::loaded);
  }

  private synchronized void loaded(BrakeNote found) {
    if (!loaded) {
      loaded = true;
      note = found;
      if (found.on()) {
        LOG.error(
            "Nothing is deleted: the brake is on since before the node was started. Look at: shoal"
                + " nodes --long; let it off with: shoal admin confirm-deletions NODE");
      }
    }
  }

  /**
   * Takes note of the metadata that the leader goes on with. Rule T3: a node has nothing to do with
   * one that is behind what it has seen, as long as it is. Rule G5: in that case, and if it was
   * restored from a backup since, the brake is put on: what it lacks it may have forgotten.
   *
   * @param nowMillis now, on the log clock
   * @return completes when it is noted; fails if the node must have nothing to do with it
   */
  public CompletableFuture<Void> follow(ChunkTrash trash, MetadataHistory told, long nowMillis) {
    BrakeNote next;
    boolean behind;
    synchronized (this) {
      MetadataHistory known = note.history();
      if (!loaded || told.equals(known)) {
        return CompletableFuture.completedFuture(null);
      }
      behind = told.isBefore(known);
      boolean restored = !known.equals(MetadataHistory.NONE) && told.number() > known.number();
      if (behind && note.on()) {
        return CompletableFuture.failedFuture(behind(told, known));
      }
      if (behind || restored) {
        LOG.error(
            "Deletion stops: the metadata {} ({}; before: {}), and may have forgotten files. When it"
                + " is well: shoal admin confirm-deletions NODE",
            restored ? "was restored from a backup" : "lacks what it has acknowledged",
            told,
            known);
        next = new BrakeNote(note.revision() + 1, true, nowMillis, 0, behind ? known : told);
      } else {
        next =
            new BrakeNote(
                note.revision() + 1, note.on(), note.sinceMillis(), note.confirmedChunks(), told);
      }
      note = next;
    }
    CompletableFuture<Void> noted = trash.noteBrake(next);
    return behind
        ? noted.thenCompose(on -> CompletableFuture.failedFuture(behind(told, next.history())))
        : noted;
  }

  private static ShoalException behind(MetadataHistory told, MetadataHistory known) {
    return new ShoalException(
        ErrorCode.FENCED,
        "",
        "the metadata server is at "
            + told
            + " (expected: not before "
            + known
            + ", which this node has seen): it lacks what it has acknowledged. From a backup it has"
            + " to be restored with: metadata-server --restore");
  }

  /** Tells whether nothing is deleted. */
  public synchronized boolean isOn() {
    return note.on() || !loaded;
  }

  /** Returns the state as it is noted. */
  public synchronized BrakeNote note() {
    return note;
  }

  /**
   * Tells whether so many unknown chunks are usual; puts the brake on if not.
   *
   * @param unknown chunks in the trash, and those that would go there now
   * @param all chunks of the node, those in the trash included
   * @param nowMillis now, on the log clock
   */
  synchronized boolean admits(ChunkTrash trash, long unknown, long all, long nowMillis) {
    if (isOn()) {
      return false;
    }
    long limit = config.limit(all);
    if (unknown - note.confirmedChunks() <= limit) {
      return true;
    }
    LOG.error(
        "Deletion stops: {} or more of the node's {} chunks are unknown to the metadata server"
            + " (expected: at most {}; {} more were confirmed). It may have forgotten files: was it"
            + " restored from a backup, is it another cluster's? Nothing is deleted any more, not"
            + " even by order; reads and writes go on. If the chunks are really of no use: shoal"
            + " admin confirm-deletions NODE",
        unknown,
        all,
        limit,
        note.confirmedChunks());
    replace(trash, true, nowMillis, 0);
    return false;
  }

  /**
   * Lets the brake off, as an operator says.
   *
   * @param sinceMillis when the brake was put on that the operator has seen: not a later one
   * @param chunks unknown chunks that the operator has seen: not more of them
   * @return completes when it is off, or was not on since then; fails if that can't be noted
   */
  public CompletableFuture<Void> confirm(ChunkTrash trash, long sinceMillis, long chunks) {
    BrakeNote off;
    synchronized (this) {
      if (!note.on() || note.sinceMillis() != sinceMillis) {
        LOG.warn(
            "Deletions were confirmed for a brake that is on since {} (it is: {})",
            sinceMillis,
            note);
        return CompletableFuture.completedFuture(null);
      }
      off = new BrakeNote(note.revision() + 1, false, sinceMillis, chunks, note.history());
    }
    return trash.noteBrake(off).thenCompose(noted -> confirmed(trash, off));
  }

  private CompletableFuture<Void> confirmed(ChunkTrash trash, BrakeNote off) {
    BrakeNote again;
    synchronized (this) {
      if (note.revision() < off.revision()) {
        note = off;
        LOG.info("Deletion goes on: an operator confirmed {} chunks", off.confirmedChunks());
        return CompletableFuture.completedFuture(null);
      }
      if (!note.on() || note.sinceMillis() != off.sinceMillis()) {
        return CompletableFuture.completedFuture(null);
      }
      // How far the metadata is was noted meanwhile.
      again =
          new BrakeNote(
              note.revision() + 1, false, off.sinceMillis(), off.confirmedChunks(), note.history());
    }
    return trash.noteBrake(again).thenCompose(noted -> confirmed(trash, again));
  }

  /** Takes note that so many chunks are about to be erased: as many less are confirmed then. */
  synchronized void erasing(ChunkTrash trash, long chunks) {
    confirmAtMost(trash, note.confirmedChunks() - chunks);
  }

  /** Takes note that no more are unknown: what was confirmed beyond them holds for no others. */
  synchronized void confirmAtMost(ChunkTrash trash, long unknown) {
    if (!isOn() && note.confirmedChunks() > Math.max(0, unknown)) {
      replace(trash, false, note.sinceMillis(), Math.max(0, unknown));
    }
  }

  private void replace(ChunkTrash trash, boolean on, long sinceMillis, long confirmed) {
    note = new BrakeNote(note.revision() + 1, on, sinceMillis, confirmed, note.history());
    var unused =
        trash
            .noteBrake(note)
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.error(
                        "The brake on deletions can't be noted: a restart may forget it: {}",
                        ShoalException.of(failure).toString());
                  }
                });
  }
}
