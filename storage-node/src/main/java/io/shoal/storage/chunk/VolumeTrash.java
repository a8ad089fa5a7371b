package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.IndexUpdate;
import io.shoal.storage.index.Trashed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The trash of one volume (rule G5); the methods are those of {@code ChunkTrash} for this volume
 * alone. Thread-safe; nothing blocks.
 *
 * <p><b>On disk.</b> Only the head of a chunk moves, from the records of chunks that are served to
 * those of the trash and back, in one synced batch (rule D2): everything that finds chunks by their
 * heads, as readers and inventories do, does not find it any more. Its content and its file stay
 * where they are, so that nothing is copied, and what a reader on this machine was told about the
 * file stays true (rule D1).
 */
public final class VolumeTrash {
  private final ChunkParts parts;
  private final ChunkFiles files;
  private final OpenChunks open;
  private final VolumeTotals totals;
  private final ChunkQueue queue;

  VolumeTrash(
      ChunkParts parts, ChunkFiles files, OpenChunks open, VolumeTotals totals, ChunkQueue queue) {
    this.parts = parts;
    this.files = files;
    this.open = open;
    this.totals = totals;
    this.queue = queue;
  }

  /** Puts chunks into the trash that are those of the grants that are named, and closed. */
  public CompletableFuture<Void> put(List<ExpiredChunk> chunks, long sinceMillis) {
    Map<ChunkId, Long> expiries = new HashMap<>();
    chunks.forEach(expired -> expiries.put(expired.chunk(), expired.expiresAtMillis()));
    return queue.run(
        () ->
            parts
                .ask(() -> closedOf(expiries))
                .thenCompose(heads -> commitPut(heads, sinceMillis)));
  }

  private List<ChunkHead> closedOf(Map<ChunkId, Long> expiries) throws IOException {
    List<ChunkHead> heads = new ArrayList<>();
    for (Map.Entry<ChunkId, Long> entry : expiries.entrySet()) {
      ChunkHead head = parts.index().head(entry.getKey());
      // One that is open is going to be closed, and a record of it may be on its way to the index.
      if (head != null
          && head.expiresAtMillis() == entry.getValue()
          && !open.contains(head.chunk())) {
        heads.add(head);
      }
    }
    return heads;
  }

  private CompletableFuture<Void> commitPut(List<ChunkHead> heads, long sinceMillis) {
    List<IndexUpdate> updates = new ArrayList<>();
    heads.forEach(head -> updates.add(new IndexUpdate.MoveToTrash(head, sinceMillis)));
    return parts
        .commit(updates, "putting chunks into the trash")
        .thenRun(() -> heads.forEach(head -> moved(head, 1)));
  }

  /** Takes chunks out of the trash that are in it. */
  public CompletableFuture<Void> takeBack(List<ChunkId> chunks) {
    Set<ChunkId> wanted = new LinkedHashSet<>(chunks);
    return queue.run(
        () ->
            // Whatever put something in before has counted it by now.
            totals.trashChunks() == 0
                ? CompletableFuture.<Void>completedFuture(null)
                : parts.ask(() -> trashedOf(wanted)).thenCompose(this::commitTakeBack));
  }

  private List<Trashed> trashedOf(Set<ChunkId> chunks) throws IOException {
    List<Trashed> found = new ArrayList<>();
    for (ChunkId chunk : chunks) {
      Trashed trashed = parts.index().trashed(chunk);
      if (trashed != null) {
        found.add(trashed);
      }
    }
    return found;
  }

  private CompletableFuture<Void> commitTakeBack(List<Trashed> found) {
    List<IndexUpdate> updates = new ArrayList<>();
    found.forEach(trashed -> updates.add(new IndexUpdate.TakeBack(trashed)));
    return parts
        .commit(updates, "taking chunks out of the trash")
        .thenRun(() -> found.forEach(trashed -> moved(trashed.head(), -1)));
  }

  private void moved(ChunkHead head, int intoTrash) {
    totals.add(-intoTrash * (long) head.lengthBytes(), -intoTrash);
    totals.addTrash(intoTrash * (long) head.lengthBytes(), intoTrash);
  }

  /** Lists chunks in the trash, the oldest first. */
  public CompletableFuture<List<TrashedChunk>> list(
      long beforeMillis, @Nullable TrashedChunk after, int limit) {
    return parts.ask(
        () ->
            parts.index().trash(beforeMillis, after == null ? null : cursor(after), limit).stream()
                .map(VolumeTrash::describe)
                .toList());
  }

  private static TrashedChunk describe(Trashed trashed) {
    ChunkHead head = trashed.head();
    return new TrashedChunk(
        trashed.sinceMillis(), new ExpiredChunk(head.expiresAtMillis(), head.chunk()));
  }

  /** Only the time and the id of a cursor count, and it may be of another volume. */
  private static Trashed cursor(TrashedChunk after) {
    ExpiredChunk chunk = after.chunk();
    return new Trashed(
        after.sinceMillis(),
        new ChunkHead(
            chunk.chunk(), ChunkHead.Place.INDEX, true, 0, 0, 0, 0, chunk.expiresAtMillis()));
  }

  /** Erases chunks that are in the trash since the times that are named. */
  public CompletableFuture<Void> erase(List<TrashedChunk> chunks) {
    Map<ChunkId, Long> since = new HashMap<>();
    chunks.forEach(trashed -> since.put(trashed.chunk().chunk(), trashed.sinceMillis()));
    ChunkRemoval.Scope scope =
        new ChunkRemoval.Scope(
            head -> false,
            trashed ->
                Long.valueOf(trashed.sinceMillis()).equals(since.get(trashed.head().chunk())),
            false);
    return queue
        .run(
            () ->
                new ChunkRemoval(parts, files, open, totals, List.copyOf(since.keySet()), scope)
                    .run())
        .thenApply(erased -> null);
  }

  /** Tells how the brake on deletions was noted. */
  public CompletableFuture<BrakeNote> brakeNote() {
    return parts.ask(() -> parts.index().brakeNote());
  }

  /** Notes durably how the brake on deletions is; a volume that takes no writes does not. */
  public CompletableFuture<Void> noteBrake(BrakeNote note) {
    return parts.commit(
        parts.guard().writable() ? List.of(new IndexUpdate.NoteBrake(note)) : List.of(),
        "noting the brake on deletions");
  }
}
