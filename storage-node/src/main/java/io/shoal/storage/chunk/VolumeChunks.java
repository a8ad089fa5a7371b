package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.IndexUpdate;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.index.Trashed;
import io.shoal.storage.index.Unconfirmed;
import io.shoal.storage.io.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All chunks of one volume; the methods are those of {@code ChunkStore} for this volume alone.
 * Thread-safe; nothing but {@link #format} and {@link #recover} blocks.
 */
public final class VolumeChunks {
  private static final Logger logger = LoggerFactory.getLogger(VolumeChunks.class);

  private static final int SCAN_PAGE = 1024;

  private final ChunkParts parts;
  private final ChunkFiles files;
  private final FileSequences sequences;
  private final VolumeTotals totals = new VolumeTotals();
  private final OpenChunks open;
  private final ChunkReads reads;
  private final ChunkQueue queue = new ChunkQueue();
  private final VolumeTrash trash;

  /** Makes the chunks of a volume; {@link #recover} has to be called before anything else. */
  public VolumeChunks(ChunkParts parts) throws IOException {
    this.parts = parts;
    this.files = new ChunkFiles(parts.disk());
    this.sequences = new FileSequences(parts.index(), parts.committer(), parts.guard());
    this.open = new OpenChunks(parts, files, sequences, totals);
    this.reads = new ChunkReads(parts, files, open.records());
    this.trash = new VolumeTrash(parts, files, open, totals, queue);
  }

  /** Makes the directory of a new volume's files, durably. Blocks. */
  public static void format(Disk disk) throws IOException {
    new ChunkFiles(disk).format();
  }

  /**
   * Counts the chunks, removes files that no record names, and reserves file numbers. Blocks.
   *
   * @param mayWrite whether the volume takes writes; otherwise nothing but counting is done
   * @return completes when the volume can be used
   */
  public CompletableFuture<Void> recover(boolean mayWrite) throws IOException {
    countChunks();
    countTrash();
    if (!mayWrite) {
      return CompletableFuture.completedFuture(null);
    }
    int swept = files.sweep(parts.index(), parts.guard());
    logger.info(
        "volume {}: {} chunks with {} bytes, {} with {} in the trash; {} files without a record"
            + " removed",
        parts.guard().volume(),
        totals.chunks(),
        totals.bytes(),
        totals.trashChunks(),
        totals.trashBytes(),
        swept);
    return sequences.reserve();
  }

  private void countChunks() throws IOException {
    ChunkId after = null;
    List<ChunkHead> page;
    do {
      page = parts.index().heads(after, SCAN_PAGE);
      for (ChunkHead head : page) {
        totals.add(head.lengthBytes(), 1);
        after = head.chunk();
      }
    } while (page.size() == SCAN_PAGE);
  }

  private void countTrash() throws IOException {
    Trashed after = null;
    List<Trashed> page;
    do {
      page = parts.index().trash(Long.MAX_VALUE, after, SCAN_PAGE);
      for (Trashed trashed : page) {
        totals.addTrash(trashed.head().lengthBytes(), 1);
        after = trashed;
      }
    } while (page.size() == SCAN_PAGE);
  }

  /** Opens a chunk for writing on this volume; that no other one has it was checked. */
  public CompletableFuture<ChunkWriter> openWriter(WriterRequest request) {
    CompletableFuture<ChunkWriter> answer = new CompletableFuture<>();
    open.open(request, answer);
    return answer;
  }

  /** Opens a range for reading; its bounds were checked not to overflow. */
  public CompletableFuture<ChunkReader> openReader(ChunkId chunk, int offset, int length) {
    CompletableFuture<ChunkReader> answer = new CompletableFuture<>();
    reads.open(chunk, offset, length, answer);
    return answer;
  }

  /** Finds where a range lies; its bounds were checked not to overflow. */
  public CompletableFuture<ChunkPlace> findPlace(ChunkId chunk, int offset, int length) {
    return reads.find(chunk, offset, length);
  }

  /** Returns the trash of the volume. */
  public VolumeTrash trash() {
    return trash;
  }

  /** Tells whether the volume has a record of a chunk, in the trash too, or has it open. */
  public CompletableFuture<Boolean> has(ChunkId chunk) {
    if (open.contains(chunk)) {
      return CompletableFuture.completedFuture(true);
    }
    return parts.ask(
        () ->
            open.contains(chunk)
                || parts.index().head(chunk) != null
                || parts.index().trashed(chunk) != null);
  }

  /** Describes chunks in the order of the ids. */
  public CompletableFuture<List<ChunkDescription>> describe(List<ChunkId> chunks) {
    return parts.ask(
        () -> {
          List<ChunkDescription> described = new ArrayList<>(chunks.size());
          for (ChunkId chunk : chunks) {
            described.add(describeNow(chunk));
          }
          return described;
        });
  }

  /** Deletes chunks, out of the trash as well; completes with those that are gone, never fails. */
  public CompletableFuture<List<ChunkId>> delete(List<ChunkId> chunks) {
    return remove(chunks, ChunkRemoval.Scope.ALL);
  }

  /**
   * Deletes chunks as long as they are those of the grants that are named: not one that was written
   * anew under a later grant. Never fails.
   */
  public CompletableFuture<Void> deleteExpired(List<ExpiredChunk> chunks) {
    Map<ChunkId, Long> expiries = new HashMap<>();
    chunks.forEach(expired -> expiries.put(expired.chunk(), expired.expiresAtMillis()));
    return remove(
            List.copyOf(expiries.keySet()),
            new ChunkRemoval.Scope(
                head -> Long.valueOf(head.expiresAtMillis()).equals(expiries.get(head.chunk())),
                trashed -> false,
                false))
        .thenApply(deleted -> null);
  }

  private CompletableFuture<List<ChunkId>> remove(List<ChunkId> chunks, ChunkRemoval.Scope scope) {
    return queue.run(() -> new ChunkRemoval(parts, files, open, totals, chunks, scope).run());
  }

  /** Lists chunks in the order of their ids. */
  public CompletableFuture<List<ChunkDescription>> inventory(@Nullable ChunkId after, int limit) {
    return parts.ask(() -> parts.index().heads(after, limit).stream().map(this::describe).toList());
  }

  /** Lists unconfirmed chunks whose grant has run out. */
  public CompletableFuture<List<ExpiredChunk>> expiredUnconfirmed(
      long nowMillis, @Nullable ExpiredChunk after, int limit) {
    Unconfirmed cursor =
        after == null ? null : new Unconfirmed(after.expiresAtMillis(), after.chunk());
    return parts.ask(
        () ->
            parts.index().unconfirmed(nowMillis, cursor, limit).stream()
                .map(found -> new ExpiredChunk(found.expiresAtMillis(), found.chunk()))
                .toList());
  }

  /** Notes durably that chunks are committed. */
  public CompletableFuture<Void> confirm(List<ChunkId> chunks) {
    return parts
        .ask(() -> confirmations(chunks))
        .thenCompose(updates -> parts.commit(updates, "confirming chunks"));
  }

  /** Tells how far the scrubber has come. */
  public CompletableFuture<ScrubNote> scrubNote() {
    return parts.ask(() -> parts.index().scrubNote());
  }

  /** Notes durably how far the scrubber has come; a volume that takes no writes does not. */
  public CompletableFuture<Void> noteScrub(ScrubNote note) {
    return parts.commit(
        parts.guard().writable() ? List.of(new IndexUpdate.Scrubbed(note)) : List.of(),
        "noting how far the scrubber has come");
  }

  /** Closes the open chunks whose grant has run out. */
  public void advanceLogClock(long nowMillis) {
    open.advanceLogClock(nowMillis);
  }

  /** Returns how many chunks there are, and their bytes; those in the trash apart. */
  public VolumeTotals totals() {
    return totals;
  }

  /** Returns the number of chunks that may still grow. */
  public int openChunks() {
    return open.count();
  }

  /** Returns the number of readers that are not closed. */
  public int openReaders() {
    return reads.openReaders();
  }

  /** Returns the bytes that were received and are not durable. */
  public long pendingWriteBytes() {
    return open.pendingBytes();
  }

  /**
   * Ends all open chunks; completes when they are out of the way. Readers are left to the end of
   * the pools.
   */
  public CompletableFuture<Void> close() {
    return open.close();
  }

  private ChunkDescription describeNow(ChunkId chunk) throws IOException {
    ChunkHead head = open.records().head(chunk);
    if (head != null) {
      return describe(head);
    }
    return open.contains(chunk)
        ? new ChunkDescription(chunk, State.OPEN, DurableLength.ZERO, parts.guard().volume(), 0)
        : ChunkDescription.unknown(chunk);
  }

  private ChunkDescription describe(ChunkHead head) {
    VolumeId volume = parts.guard().volume();
    State state = head.closed() || !open.contains(head.chunk()) ? State.CLOSED : State.OPEN;
    DurableLength durable = new DurableLength(head.lengthBytes(), head.crc32c());
    return new ChunkDescription(head.chunk(), state, durable, volume, head.expiresAtMillis());
  }

  /** Notes durably that it is not known any more whether chunks are committed. */
  public CompletableFuture<List<ChunkId>> unconfirm(List<ChunkId> chunks) {
    // In turn with what removes chunks: of one that is gone nothing may be noted.
    return queue.run(
        () ->
            parts
                .ask(() -> doubts(chunks))
                .thenCompose(
                    doubts ->
                        parts
                            .commit(List.copyOf(doubts), "unconfirming chunks")
                            .thenApply(
                                done ->
                                    doubts.stream().map(IndexUpdate.Unconfirm::chunk).toList())));
  }

  private List<IndexUpdate.Unconfirm> doubts(List<ChunkId> chunks) throws IOException {
    List<IndexUpdate.Unconfirm> updates = new ArrayList<>();
    for (ChunkId chunk : chunks) {
      ChunkHead head = parts.index().head(chunk);
      if (head != null) {
        updates.add(new IndexUpdate.Unconfirm(chunk, head.expiresAtMillis()));
      }
    }
    return updates;
  }

  private List<IndexUpdate> confirmations(List<ChunkId> chunks) throws IOException {
    List<IndexUpdate> updates = new ArrayList<>();
    for (ChunkId chunk : chunks) {
      ChunkHead head = parts.index().head(chunk);
      if (head != null) {
        updates.add(new IndexUpdate.Confirm(chunk, head.expiresAtMillis()));
      }
    }
    return updates;
  }
}
