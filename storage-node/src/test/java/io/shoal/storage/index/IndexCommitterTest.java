package io.shoal.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.storage.index.ChunkHead.Place;
import io.shoal.storage.io.CrashPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class IndexCommitterTest {
  private final RecordedFaults faults = new RecordedFaults();
  private final QueueExecutor executor = new QueueExecutor();
  private final SimulatedIndexes indexes = new SimulatedIndexes(new CrashPoint());
  private final ChunkIndex index;
  private final IndexCommitter committer;

  IndexCommitterTest() throws IOException {
    index = indexes.open(Path.of("index"), false, failure -> {});
    committer = new IndexCommitter(index, executor, 10_000, faults);
  }

  @Test
  void commit_manyBeforeOneRuns_shareOneSync() throws IOException {
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      commits.add(commit(i, 10));
    }
    assertThat(commits).noneMatch(CompletableFuture::isDone);
    executor.runAll();
    assertThat(commits).allMatch(CompletableFuture::isDone);
    assertThat(indexes.commits()).isEqualTo(1);
    assertThat(index.heads(null, 100)).hasSize(50);
  }

  @Test
  void commit_moreThanABatch_goesOnWithTheNext() {
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      commits.add(commit(i, 4_000));
    }
    executor.runAll();
    assertThat(commits).allMatch(commit -> commit.isDone() && !commit.isCompletedExceptionally());
    assertThat(indexes.commits()).isEqualTo(4);
  }

  @Test
  void commit_afterAFailure_neverReachesTheIndex() throws IOException {
    indexes.failCommits(new IOException("EIO"));
    CompletableFuture<Void> first = commit(1, 10);
    executor.runAll();
    assertThat(first).isCompletedExceptionally();
    indexes.failCommits(null);
    CompletableFuture<Void> second = commit(2, 10);
    executor.runAll();
    assertThat(second.handle((done, failure) -> failure).join()).hasMessage("EIO");
    assertThat(index.heads(null, 100)).isEmpty();
  }

  @Test
  void commit_executorEnded_fails() {
    executor.end();
    assertThat(Await.failure(commit(1, 10)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void commit_fromWithinACompletion_isNotLost() {
    CompletableFuture<Void> second = commit(1, 10).thenCompose(done -> commit(2, 10));
    executor.runAll();
    assertThat(second).isDone();
  }

  private CompletableFuture<Void> commit(long id, int bytes) {
    IndexUpdate.Put put = ChunkIndexContract.put(id, Place.INDEX, bytes, bytes);
    assertThat(put.head().chunk()).isEqualTo(new ChunkId(id));
    return committer.commit(List.of(put));
  }
}
