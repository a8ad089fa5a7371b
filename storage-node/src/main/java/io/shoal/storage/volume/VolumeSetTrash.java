package io.shoal.storage.volume;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.index.BrakeNote;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The trash over the volumes of a node. */
final class VolumeSetTrash implements ChunkTrash {
  private final Supplier<List<Volume>> volumes;

  VolumeSetTrash(Supplier<List<Volume>> volumes) {
    this.volumes = volumes;
  }

  @Override
  public CompletableFuture<Void> put(List<ExpiredChunk> chunks, long sinceMillis) {
    List<ExpiredChunk> asked = List.copyOf(chunks);
    return Gather.each(volumes.get(), volume -> volume.chunks().trash().put(asked, sinceMillis));
  }

  @Override
  public CompletableFuture<Void> takeBack(List<ChunkId> chunks) {
    List<ChunkId> asked = List.copyOf(chunks);
    return Gather.each(volumes.get(), volume -> volume.chunks().trash().takeBack(asked));
  }

  @Override
  public CompletableFuture<List<TrashedChunk>> list(
      long beforeMillis, @Nullable TrashedChunk after, int limit) {
    Gather.checkLimit(limit);
    return Gather.all(
        volumes.get(),
        volume -> volume.chunks().trash().list(beforeMillis, after, limit),
        pages -> Gather.mergePages(pages, Comparator.naturalOrder(), limit));
  }

  @Override
  public CompletableFuture<Void> erase(List<TrashedChunk> chunks) {
    List<TrashedChunk> asked = List.copyOf(chunks);
    return Gather.each(volumes.get(), volume -> volume.chunks().trash().erase(asked));
  }

  @Override
  public CompletableFuture<BrakeNote> brakeNote() {
    // All volumes note the same; one that could not has an earlier one, or none.
    return Gather.all(
        volumes.get(),
        volume -> volume.chunks().trash().brakeNote(),
        notes ->
            notes.stream()
                .max(Comparator.comparingLong(BrakeNote::revision))
                .orElse(BrakeNote.NONE));
  }

  @Override
  public CompletableFuture<Void> noteBrake(BrakeNote note) {
    return Gather.each(volumes.get(), volume -> volume.chunks().trash().noteBrake(note));
  }
}
