package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.WriterRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Finds the volume on which a chunk is to be opened: the one that has it, or else the one that has
 * most room for what it has to do. While a volume is being found for a chunk, others that want to
 * open it get the same one, so that no chunk comes to lie on two (rule G4). Thread-safe.
 */
final class WriterPlacement {
  private static final double ABOUT_EQUAL = 1.1;

  private final Supplier<List<Volume>> volumes;
  private final AtomicInteger turn = new AtomicInteger();
  private final ConcurrentHashMap<ChunkId, CompletableFuture<Volume>> placing =
      new ConcurrentHashMap<>();

  WriterPlacement(Supplier<List<Volume>> volumes) {
    this.volumes = volumes;
  }

  CompletableFuture<ChunkWriter> open(WriterRequest request) {
    CompletableFuture<ChunkWriter> answer = new CompletableFuture<>();
    CompletableFuture<Volume> mine = new CompletableFuture<>();
    CompletableFuture<Volume> others = placing.putIfAbsent(request.chunk(), mine);
    var unused =
        (others == null ? mine : others)
            .whenComplete(
                (volume, failure) -> {
                  if (volume == null) {
                    placing.remove(request.chunk(), mine);
                    answer.completeExceptionally(failure);
                  } else {
                    openOn(volume, request, mine, answer);
                  }
                });
    if (others == null) {
      find(request, mine);
    }
    return answer;
  }

  private void openOn(
      Volume volume,
      WriterRequest request,
      CompletableFuture<Volume> mine,
      CompletableFuture<ChunkWriter> answer) {
    CompletableFuture<ChunkWriter> opening;
    try {
      opening = volume.chunks().openWriter(request);
    } catch (ShoalException refused) {
      opening = CompletableFuture.failedFuture(refused);
    }
    var unused =
        opening.whenComplete(
            (writer, failure) -> {
              // From here on the volume itself knows the chunk.
              placing.remove(request.chunk(), mine);
              if (writer == null) {
                answer.completeExceptionally(failure);
              } else if (!answer.complete(writer)) {
                writer.close();
              }
            });
  }

  private void find(WriterRequest request, CompletableFuture<Volume> found) {
    List<Volume> present = volumes.get();
    if (present.size() == 1) {
      choose(present, request, found);
      return;
    }
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (Volume volume : present) {
      answers.add(ask(volume, request.chunk()));
    }
    var unused =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
            .whenComplete((done, failure) -> hear(present, answers, request, found));
  }

  private static CompletableFuture<Boolean> ask(Volume volume, ChunkId chunk) {
    try {
      return volume.answers()
          ? volume.chunks().has(chunk)
          : CompletableFuture.completedFuture(false);
    } catch (ShoalException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  /**
   * Decides when all volumes have answered. One that takes no writes may fail to: what it has can't
   * be opened anyway.
   */
  private void hear(
      List<Volume> present,
      List<CompletableFuture<Boolean>> answers,
      WriterRequest request,
      CompletableFuture<Volume> found) {
    Throwable unknown = null;
    for (int i = 0; i < answers.size(); i++) {
      CompletableFuture<Boolean> answer = answers.get(i);
      if (!answer.isCompletedExceptionally()) {
        if (answer.join()) {
          found.complete(present.get(i));
          return;
        }
      } else if (present.get(i).takesChunks()) {
        unknown = answer.handle((has, failure) -> failure).join();
      }
    }
    if (unknown != null) {
      found.completeExceptionally(ShoalException.of(unknown));
    } else {
      choose(present, request, found);
    }
  }

  private void choose(
      List<Volume> present, WriterRequest request, CompletableFuture<Volume> found) {
    List<Volume> roomy = new ArrayList<>();
    boolean anyTakes = false;
    for (Volume volume : present) {
      boolean takes = volume.takesChunks();
      anyTakes |= takes;
      if (takes && volume.room().availableBytes() >= request.lengthLimitBytes()) {
        roomy.add(volume);
      }
    }
    if (!roomy.isEmpty()) {
      found.complete(leastLoaded(roomy, request.lengthLimitBytes()));
    } else {
      found.completeExceptionally(anyTakes ? noRoom(present, request) : noneTakes(present));
    }
  }

  /** Takes turns among those that are about equal, so that all disks work. */
  private Volume leastLoaded(List<Volume> roomy, long bytes) {
    double least = roomy.stream().mapToDouble(volume -> load(volume, bytes)).min().orElse(0);
    List<Volume> equal =
        roomy.stream().filter(volume -> load(volume, bytes) <= least * ABOUT_EQUAL).toList();
    // Empty if the room changed under us.
    List<Volume> candidates = equal.isEmpty() ? roomy : equal;
    return candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size()));
  }

  /** What open chunks may still write, in proportion to the room there is. */
  private static double load(Volume volume, long bytes) {
    return (double) (volume.room().promisedBytes() + bytes)
        / Math.max(1, volume.room().availableBytes());
  }

  private static ShoalException noRoom(List<Volume> present, WriterRequest request) {
    long most =
        present.stream().mapToLong(volume -> volume.room().availableBytes()).max().orElse(0);
    return new ShoalException(
        ErrorCode.OUT_OF_SPACE,
        "chunk " + request.chunk(),
        "most bytes that a volume has above its reserve: "
            + most
            + " (expected: >= "
            + request.lengthLimitBytes()
            + ")");
  }

  private static ShoalException noneTakes(List<Volume> present) {
    return new ShoalException(
        ErrorCode.VOLUME_FENCED,
        "",
        "no volume of the node takes writes (expected: one of " + present.size() + ")");
  }
}
