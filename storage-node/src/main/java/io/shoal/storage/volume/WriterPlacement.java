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
import org.jspecify.annotations.Nullable;

/**
 * Finds the volume on which a chunk is to be opened: the one that has it, or else the one that has
 * most room for what it has to do. While a volume is being found for a chunk, others that want to
 * open it get the same one, so that no chunk comes to lie on two (rule G4). Thread-safe.
 */
final class WriterPlacement {
  private final List<Volume> volumes;
  private final ConcurrentHashMap<ChunkId, CompletableFuture<Volume>> placing =
      new ConcurrentHashMap<>();

  WriterPlacement(List<Volume> volumes) {
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
    if (volumes.size() == 1) {
      choose(request, found);
      return;
    }
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (Volume volume : volumes) {
      CompletableFuture<Boolean> has = ask(volume, request.chunk());
      answers.add(has);
      var unused = has.whenComplete((yes, failure) -> heard(volume, yes, failure, found));
    }
    var unused =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
            .whenComplete((done, failure) -> choose(request, found));
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

  /** A volume that takes no writes may fail to answer: what it has can't be opened anyway. */
  private static void heard(
      Volume volume,
      @Nullable Boolean has,
      @Nullable Throwable failure,
      CompletableFuture<Volume> found) {
    if (failure != null && volume.takesChunks()) {
      found.completeExceptionally(ShoalException.of(failure));
    } else if (Boolean.TRUE.equals(has)) {
      found.complete(volume);
    }
  }

  private void choose(WriterRequest request, CompletableFuture<Volume> found) {
    if (found.isDone()) {
      return;
    }
    Volume best = null;
    double bestLoad = Double.POSITIVE_INFINITY;
    boolean anyTakes = false;
    for (Volume volume : volumes) {
      long available = volume.room().availableBytes();
      anyTakes |= volume.takesChunks();
      if (!volume.takesChunks() || available < request.lengthLimitBytes()) {
        continue;
      }
      // What open chunks may still write, in proportion to the room there is.
      double load =
          (double) (volume.room().promisedBytes() + request.lengthLimitBytes()) / available;
      if (best == null || load < bestLoad) {
        best = volume;
        bestLoad = load;
      }
    }
    if (best != null) {
      found.complete(best);
    } else {
      found.completeExceptionally(anyTakes ? noRoom(request) : noneTakes());
    }
  }

  private ShoalException noRoom(WriterRequest request) {
    long most =
        volumes.stream().mapToLong(volume -> volume.room().availableBytes()).max().orElse(0);
    return new ShoalException(
        ErrorCode.OUT_OF_SPACE,
        "chunk " + request.chunk(),
        "most bytes that a volume has above its reserve: "
            + most
            + " (expected: >= "
            + request.lengthLimitBytes()
            + ")");
  }

  private ShoalException noneTakes() {
    return new ShoalException(
        ErrorCode.VOLUME_FENCED,
        "",
        "no volume of the node takes writes (expected: one of " + volumes.size() + ")");
  }
}
