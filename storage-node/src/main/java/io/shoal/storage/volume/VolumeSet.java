package io.shoal.storage.volume;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.RocksIndexes;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.io.LocalDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The chunk store over the volumes of a node. */
public final class VolumeSet implements ChunkStore {
  private static final Comparator<ScrubNote> LATEST_SCRUB =
      Comparator.comparingLong(ScrubNote::endedAtMillis)
          .thenComparing(ScrubNote::upTo, Comparator.nullsFirst(Comparator.naturalOrder()));

  private final VolumeRoster roster;
  private final WriterPlacement placement;
  private final ChunkTrash trash;
  private final Runnable onClosed;

  private VolumeSet(VolumeRoster roster, Runnable onClosed) {
    this.roster = roster;
    this.placement = new WriterPlacement(roster::volumes);
    this.trash = new VolumeSetTrash(roster::volumes);
    this.onClosed = onClosed;
  }

  /**
   * Opens all volumes; blank directories become volumes of the node first. Does not block.
   *
   * @param directories takes: given back when the store is closed, or if this throws
   * @param owner whom the volumes belong to, or shall belong to
   * @param allocator of all buffers
   * @param faults where defects go
   * @return completes when every volume has recovered or failed; those that failed are reported as
   *     fenced or offline, and it never fails for them
   * @throws ShoalException {@code INVALID_ARGUMENT} if a directory belongs to somebody else
   */
  public static CompletableFuture<VolumeSet> open(
      VolumeDirectories directories,
      NodeIdentity owner,
      StoreConfig config,
      ByteBufAllocator allocator,
      TimeSource time,
      FaultHandler faults) {
    RocksIndexes indexes = new RocksIndexes(config.index());
    EngineParts engine =
        new EngineParts(
            indexes,
            EngineParts.PoolMaker.threads(config.chunks(), faults),
            task -> new Thread(task, "volume-change").start(),
            allocator,
            time);
    try {
      return open(directories, owner, config, engine, indexes::close);
    } catch (ShoalException refused) {
      indexes.close();
      throw refused;
    }
  }

  /** Opens all volumes on parts that a test may choose. */
  static CompletableFuture<VolumeSet> open(
      VolumeDirectories directories,
      NodeIdentity owner,
      StoreConfig config,
      EngineParts engine,
      Runnable onClosed) {
    VolumeRoster roster = new VolumeRoster(owner, config, engine);
    return roster.open(directories).thenApply(opened -> new VolumeSet(roster, onClosed));
  }

  /**
   * Uses other directories from now on: opens those that are new, as volumes that are formatted
   * first if they are blank, and then closes those that are not wanted any more. What is open on
   * those is cut off; the others do not notice. One change at a time. Does not block.
   *
   * @param wanted all that are to be used; at least one
   * @return completes when new volumes have recovered or failed, as with {@link #open}, and the
   *     others are closed, or still are after some seconds, because their disk hangs. Fails, with
   *     nothing changed, with {@link ErrorCode#INVALID_ARGUMENT} if a directory can't be used, with
   *     {@link ErrorCode#UNAVAILABLE} if another process uses it or the store is closed, and with
   *     {@link ErrorCode#OVERLOADED} while another change is under way
   */
  public CompletableFuture<VolumeChange> change(List<Path> wanted) {
    return change(wanted, LocalDisk::at);
  }

  CompletableFuture<VolumeChange> change(List<Path> wanted, VolumeDirectories.DiskOpener disks) {
    return roster.change(wanted, disks, VolumeSet::carryNotes);
  }

  /** A new volume has no notes, and may come to be the only one. */
  private static CompletableFuture<Void> carryNotes(List<Volume> from, List<Volume> to) {
    ChunkTrash old = new VolumeSetTrash(() -> from);
    ChunkTrash fresh = new VolumeSetTrash(() -> to);
    return old.brakeNote()
        .thenCompose(fresh::noteBrake)
        .thenCompose(noted -> scrubNote(from))
        .thenCompose(note -> Gather.each(to, volume -> volume.chunks().noteScrub(note)));
  }

  @Override
  public CompletableFuture<ChunkWriter> openWriter(WriterRequest request) {
    return placement.open(request);
  }

  @Override
  public CompletableFuture<ChunkReader> openReader(ChunkId chunk, int offset, int length) {
    return firstOf(
        chunk,
        offset,
        length,
        volume -> volume.chunks().openReader(chunk, offset, length),
        ChunkReader::close);
  }

  @Override
  public CompletableFuture<ChunkPlace> findPlace(ChunkId chunk, int offset, int length) {
    return firstOf(
        chunk,
        offset,
        length,
        volume -> volume.chunks().findPlace(chunk, offset, length),
        place -> {});
  }

  /** Asks all volumes about a range of a chunk, which one of them may have. */
  private <T> CompletableFuture<T> firstOf(
      ChunkId chunk,
      int offset,
      int length,
      Function<Volume, CompletableFuture<T>> question,
      Consumer<T> dispose) {
    if (offset < 0 || length < 1 || length > Integer.MAX_VALUE - offset) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.INVALID_ARGUMENT,
              "chunk " + chunk,
              "range: offset "
                  + offset
                  + ", length "
                  + length
                  + " (expected: >= 0, >= 1, end below 2^31)"));
    }
    ShoalException unknown =
        new ShoalException(
            ErrorCode.CHUNK_UNKNOWN, "chunk " + chunk, "no volume of the node has it");
    return Gather.first(roster.volumes(), question, dispose, unknown);
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> describe(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return Gather.all(
        roster.volumes(),
        volume -> volume.chunks().describe(asked),
        answers -> mergeDescriptions(asked, answers));
  }

  private static List<ChunkDescription> mergeDescriptions(
      List<ChunkId> chunks, List<List<ChunkDescription>> answers) {
    List<ChunkDescription> merged = new ArrayList<>(chunks.size());
    for (int i = 0; i < chunks.size(); i++) {
      ChunkDescription best = ChunkDescription.unknown(chunks.get(i));
      for (List<ChunkDescription> answer : answers) {
        ChunkDescription found = answer.get(i);
        boolean longer = found.durable().bytes() >= best.durable().bytes();
        if (found.state() != ChunkDescription.State.UNKNOWN && longer) {
          best = found;
        }
      }
      merged.add(best);
    }
    return merged;
  }

  @Override
  public CompletableFuture<List<ChunkId>> delete(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    if (roster.volumes().stream().allMatch(Volume::answers)) {
      return deleteFromAll(asked);
    }
    // What nobody shows may lie where nobody can look: of that nothing can be said.
    return describe(asked)
        .thenCompose(
            described ->
                deleteFromAll(asked)
                    .thenApply(
                        deleted ->
                            described.stream()
                                .filter(chunk -> chunk.state() != ChunkDescription.State.UNKNOWN)
                                .map(ChunkDescription::chunk)
                                .filter(new HashSet<>(deleted)::contains)
                                .toList()));
  }

  private CompletableFuture<List<ChunkId>> deleteFromAll(List<ChunkId> chunks) {
    return Gather.all(
        roster.volumes(),
        volume -> volume.chunks().delete(chunks),
        answers -> deletedByAll(chunks, answers));
  }

  @Override
  public CompletableFuture<Void> deleteExpired(List<ExpiredChunk> chunks) {
    List<ExpiredChunk> asked = List.copyOf(chunks);
    return Gather.each(roster.volumes(), volume -> volume.chunks().deleteExpired(asked));
  }

  private static List<ChunkId> deletedByAll(List<ChunkId> chunks, List<List<ChunkId>> answers) {
    Set<ChunkId> deleted = new LinkedHashSet<>(chunks);
    answers.forEach(answer -> deleted.retainAll(new HashSet<>(answer)));
    return List.copyOf(deleted);
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> inventory(@Nullable ChunkId after, int limit) {
    Gather.checkLimit(limit);
    return Gather.all(
        roster.volumes(),
        volume -> volume.chunks().inventory(after, limit),
        pages -> Gather.mergePages(pages, Comparator.comparing(ChunkDescription::chunk), limit));
  }

  @Override
  public CompletableFuture<List<ExpiredChunk>> expiredUnconfirmed(
      long nowMillis, @Nullable ExpiredChunk after, int limit) {
    Gather.checkLimit(limit);
    return Gather.all(
        roster.volumes(),
        volume -> volume.chunks().expiredUnconfirmed(nowMillis, after, limit),
        pages -> Gather.mergePages(pages, Comparator.naturalOrder(), limit));
  }

  @Override
  public CompletableFuture<Void> confirm(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return Gather.each(roster.volumes(), volume -> volume.chunks().confirm(asked));
  }

  @Override
  public CompletableFuture<List<ChunkId>> unconfirm(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return Gather.all(
        roster.volumes(),
        volume -> volume.chunks().unconfirm(asked),
        // A chunk may be on several volumes for a while.
        found -> found.stream().flatMap(List::stream).distinct().toList());
  }

  @Override
  public CompletableFuture<ScrubNote> scrubNote() {
    return scrubNote(roster.volumes());
  }

  private static CompletableFuture<ScrubNote> scrubNote(List<Volume> volumes) {
    // All volumes note the same; one that could not has an earlier one, or none.
    return Gather.all(
        volumes,
        volume -> volume.chunks().scrubNote(),
        notes -> notes.stream().max(LATEST_SCRUB).orElse(ScrubNote.NONE));
  }

  @Override
  public CompletableFuture<Void> noteScrub(ScrubNote note) {
    return Gather.each(roster.volumes(), volume -> volume.chunks().noteScrub(note));
  }

  @Override
  public ChunkTrash trash() {
    return trash;
  }

  @Override
  public void advanceLogClock(long nowMillis) {
    for (Volume volume : roster.volumes()) {
      if (volume.answers()) {
        volume.chunks().advanceLogClock(nowMillis);
      }
    }
  }

  @Override
  public List<VolumeReport> reports() {
    return roster.volumes().stream().map(Volume::report).toList();
  }

  @Override
  public StoreLoad load() {
    int openChunks = 0;
    int openReaders = 0;
    long pendingWriteBytes = 0;
    for (Volume volume : roster.volumes()) {
      if (volume.answers()) {
        openChunks += volume.chunks().openChunks();
        openReaders += volume.chunks().openReaders();
        pendingWriteBytes += volume.chunks().pendingWriteBytes();
      }
    }
    return new StoreLoad(openChunks, openReaders, pendingWriteBytes);
  }

  @Override
  public CompletableFuture<Void> close() {
    return roster.close().thenRun(onClosed);
  }
}
