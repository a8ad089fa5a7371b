package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks several volumes the same and puts their answers together. */
final class Gather {
  private Gather() {}

  /**
   * Waits for the answers of all volumes. One that is fenced, or could not be opened, is left out
   * if it fails.
   *
   * @param merge puts the answers together, which come in the order of the volumes
   * @return fails as the first other volume does
   */
  static <T, R> CompletableFuture<R> all(
      List<Volume> volumes,
      Function<Volume, CompletableFuture<T>> question,
      Function<List<T>, R> merge) {
    List<CompletableFuture<T>> parts = new ArrayList<>();
    for (Volume volume : volumes) {
      if (volume.answers()) {
        parts.add(ask(volume, question));
      }
    }
    CompletableFuture<R> whole = new CompletableFuture<>();
    var unused =
        CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
            .whenComplete((done, failure) -> collect(parts, merge, whole));
    return whole;
  }

  /** As {@link #all}, for what has no result. */
  static CompletableFuture<Void> each(
      List<Volume> volumes, Function<Volume, CompletableFuture<Void>> step) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    var unused =
        all(volumes, step, List::size)
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

  /** Makes one page of those of several volumes, each sorted. */
  static <T> List<T> mergePages(List<List<T>> pages, Comparator<T> order, int limit) {
    return pages.stream().flatMap(List::stream).sorted(order).limit(limit).toList();
  }

  static void checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: >= 1)");
    }
  }

  /**
   * Takes the first answer that is no failure; later ones are disposed of.
   *
   * @param dispose releases an answer that nobody wants
   * @param none the failure if no volume can be asked
   * @return fails with what says most if all fail: anything before {@code CHUNK_UNKNOWN}
   */
  static <T> CompletableFuture<T> first(
      List<Volume> volumes,
      Function<Volume, CompletableFuture<T>> question,
      Consumer<T> dispose,
      ShoalException none) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    List<CompletableFuture<T>> parts = new ArrayList<>();
    for (Volume volume : volumes) {
      if (volume.answers()) {
        CompletableFuture<T> part = ask(volume, question);
        parts.add(part);
        var unused =
            part.whenComplete(
                (value, failure) -> {
                  if (failure == null && !answer.complete(value)) {
                    dispose.accept(value);
                  }
                });
      }
    }
    var unused =
        CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
            .whenComplete(
                (done, failure) -> {
                  // The dependents of a part may run in any order: this one before the one above.
                  if (parts.stream().allMatch(CompletableFuture::isCompletedExceptionally)) {
                    answer.completeExceptionally(worst(parts, none));
                  }
                });
    return answer;
  }

  private static <T> CompletableFuture<T> ask(
      Volume volume, Function<Volume, CompletableFuture<T>> question) {
    try {
      return question.apply(volume);
    } catch (ShoalException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private static <T, R> void collect(
      List<CompletableFuture<T>> parts, Function<List<T>, R> merge, CompletableFuture<R> whole) {
    List<T> values = new ArrayList<>();
    for (CompletableFuture<T> part : parts) {
      ShoalException failure = failureOf(part);
      if (failure == null) {
        values.add(part.join());
      } else if (failure.code() != ErrorCode.VOLUME_FENCED) {
        whole.completeExceptionally(failure);
        return;
      }
    }
    whole.complete(merge.apply(values));
  }

  private static <T> ShoalException worst(List<CompletableFuture<T>> parts, ShoalException none) {
    ShoalException worst = none;
    for (CompletableFuture<T> part : parts) {
      ShoalException failure = failureOf(part);
      if (failure != null && (worst == none || worst.code() == ErrorCode.CHUNK_UNKNOWN)) {
        worst = failure;
      }
    }
    return worst;
  }

  /** Returns why a completed future failed; null if it did not. */
  private static @Nullable ShoalException failureOf(CompletableFuture<?> part) {
    if (!part.isCompletedExceptionally()) {
      return null;
    }
    return ShoalException.of(part.handle((value, failure) -> failure).join());
  }
}
