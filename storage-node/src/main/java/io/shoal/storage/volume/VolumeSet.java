package io.shoal.storage.volume;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.RocksIndexes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The chunk store over the volumes of a node. */
public final class VolumeSet implements ChunkStore {
  private final List<Volume> volumes;
  private final WriterPlacement placement;
  private final Runnable onClosed;

  private VolumeSet(List<Volume> volumes, Runnable onClosed) {
    this.volumes = List.copyOf(volumes);
    this.placement = new WriterPlacement(this.volumes);
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
  public static CompletableFuture<ChunkStore> open(
      VolumeDirectories directories,
      NodeIdentity owner,
      StoreConfig config,
      ByteBufAllocator allocator,
      TimeSource time,
      FaultHandler faults) {
    RocksIndexes indexes = new RocksIndexes(config.index(), directories.directories().size());
    EngineParts engine =
        new EngineParts(
            indexes,
            EngineParts.PoolMaker.threads(config.chunks(), faults),
            task -> new Thread(task, "volume-close").start(),
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
  static CompletableFuture<ChunkStore> open(
      VolumeDirectories directories,
      NodeIdentity owner,
      StoreConfig config,
      EngineParts engine,
      Runnable onClosed) {
    List<Volume> volumes = new ArrayList<>();
    int highest;
    try {
      checkOwner(directories, owner);
      highest = highestVolumeId(directories);
    } catch (ShoalException refused) {
      directories.close();
      throw refused;
    }
    for (DataDirectory directory : directories.directories()) {
      VolumeIdentity identity = directory.identity();
      VolumeId id = identity != null ? identity.volume() : new VolumeId(++highest);
      volumes.add(new Volume(directory, owner, id, config, engine));
    }
    List<CompletableFuture<Void>> openings = new ArrayList<>();
    for (Volume volume : volumes) {
      openings.add(volume.open(highest));
    }
    return CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new))
        .thenApply(opened -> new VolumeSet(volumes, onClosed));
  }

  private static void checkOwner(VolumeDirectories directories, NodeIdentity owner) {
    for (DataDirectory directory : directories.directories()) {
      VolumeIdentity identity = directory.identity();
      if (identity != null && !identity.owner().equals(owner)) {
        throw VolumeDirectories.foreign(directory, identity.owner(), owner);
      }
    }
  }

  private static int highestVolumeId(VolumeDirectories directories) {
    int highest = 0;
    for (DataDirectory directory : directories.directories()) {
      try {
        highest = Math.max(highest, directory.highestVolumeId());
      } catch (IOException failure) {
        throw new ShoalException(
            ErrorCode.INVALID_ARGUMENT,
            directory.path().toString(),
            "can't be used as data directory: " + failure.getMessage(),
            failure);
      }
    }
    return highest;
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
    return Gather.first(volumes, question, dispose, unknown);
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> describe(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return Gather.all(
        volumes,
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
    if (volumes.stream().allMatch(Volume::answers)) {
      return deleteFromAll(asked);
    }
    // What nobody shows may lie where nobody can look: of that nothing can be said.
    return describe(asked)
        .thenCompose(
            described ->
                deleteFromAll(
                    described.stream()
                        .filter(chunk -> chunk.state() != ChunkDescription.State.UNKNOWN)
                        .map(ChunkDescription::chunk)
                        .toList()));
  }

  private CompletableFuture<List<ChunkId>> deleteFromAll(List<ChunkId> chunks) {
    return Gather.all(
        volumes,
        volume -> volume.chunks().delete(chunks),
        answers -> deletedByAll(chunks, answers));
  }

  @Override
  public CompletableFuture<Void> deleteExpired(List<ExpiredChunk> chunks) {
    List<ExpiredChunk> asked = List.copyOf(chunks);
    return onAll(volume -> volume.chunks().deleteExpired(asked));
  }

  private static List<ChunkId> deletedByAll(List<ChunkId> chunks, List<List<ChunkId>> answers) {
    Set<ChunkId> deleted = new LinkedHashSet<>(chunks);
    answers.forEach(answer -> deleted.retainAll(new HashSet<>(answer)));
    return List.copyOf(deleted);
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> inventory(@Nullable ChunkId after, int limit) {
    checkLimit(limit);
    return Gather.all(
        volumes,
        volume -> volume.chunks().inventory(after, limit),
        pages -> mergePages(pages, Comparator.comparing(ChunkDescription::chunk), limit));
  }

  @Override
  public CompletableFuture<List<ExpiredChunk>> expiredUnconfirmed(
      long nowMillis, @Nullable ExpiredChunk after, int limit) {
    checkLimit(limit);
    return Gather.all(
        volumes,
        volume -> volume.chunks().expiredUnconfirmed(nowMillis, after, limit),
        pages -> mergePages(pages, Comparator.naturalOrder(), limit));
  }

  private static <T> List<T> mergePages(List<List<T>> pages, Comparator<T> order, int limit) {
    return pages.stream().flatMap(List::stream).sorted(order).limit(limit).toList();
  }

  private static void checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: >= 1)");
    }
  }

  @Override
  public CompletableFuture<Void> confirm(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return onAll(volume -> volume.chunks().confirm(asked));
  }

  private CompletableFuture<Void> onAll(Function<Volume, CompletableFuture<Void>> step) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    var unused =
        Gather.all(volumes, step, List::size)
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    answer.complete(null);
                  } else {
                    answer.completeExceptionally(failure);
                  }
                });
    return answer;
  }

  @Override
  public CompletableFuture<Optional<ChunkId>> scrubbedUpTo() {
    // All volumes note the same; one that could not has an earlier one, or none.
    return Gather.all(
        volumes,
        volume -> volume.chunks().scrubbedUpTo(),
        noted -> noted.stream().flatMap(Optional::stream).max(Comparator.naturalOrder()));
  }

  @Override
  public CompletableFuture<Void> noteScrubbed(Optional<ChunkId> upTo) {
    return onAll(volume -> volume.chunks().noteScrubbed(upTo));
  }

  @Override
  public void advanceLogClock(long nowMillis) {
    for (Volume volume : volumes) {
      if (volume.answers()) {
        volume.chunks().advanceLogClock(nowMillis);
      }
    }
  }

  @Override
  public List<VolumeReport> reports() {
    return volumes.stream().map(Volume::report).toList();
  }

  @Override
  public StoreLoad load() {
    int openChunks = 0;
    int openReaders = 0;
    long pendingWriteBytes = 0;
    for (Volume volume : volumes) {
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
    List<CompletableFuture<Void>> closings = new ArrayList<>();
    for (Volume volume : volumes) {
      closings.add(volume.close());
    }
    return CompletableFuture.allOf(closings.toArray(CompletableFuture[]::new)).thenRun(onClosed);
  }
}
