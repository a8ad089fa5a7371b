package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JoinsTest {
  private final CompletableFuture<String> first = new CompletableFuture<>();
  private final CompletableFuture<String> second = new CompletableFuture<>();
  private final CompletableFuture<List<String>> whole =
      Joins.allOrFirstFailure(List.of(first, second));

  @Test
  void allOrFirstFailure_allSucceed_keepsTheOrderOfTheParts() {
    second.complete("b");
    assertThat(whole).isNotDone();
    first.complete("a");
    assertThat(Await.result(whole)).containsExactly("a", "b");
  }

  @Test
  void allOrFirstFailure_noParts_isComplete() {
    assertThat(Await.result(Joins.allOrFirstFailure(List.<CompletableFuture<String>>of())))
        .isEmpty();
  }

  @Test
  void allOrFirstFailure_oneFails_cancelsTheRest() {
    ShoalException failure = new ShoalException(ErrorCode.NOT_FOUND, "/a", "missing");
    second.completeExceptionally(failure);
    assertThat(Await.failure(whole)).isSameAs(failure);
    assertThat(first).isCancelled();
  }

  @Test
  void allOrFirstFailure_failsBeforeTheJoin_cancelsTheRest() {
    CompletableFuture<String> failed =
        CompletableFuture.failedFuture(new ShoalException(ErrorCode.NOT_FOUND, "/a", "missing"));
    CompletableFuture<String> other = new CompletableFuture<>();
    assertThat(Joins.allOrFirstFailure(List.of(failed, other))).isCompletedExceptionally();
    assertThat(other).isCancelled();
  }

  @Test
  void allOrFirstFailure_cancelled_cancelsAllParts() {
    whole.cancel(false);
    assertThat(first).isCancelled();
    assertThat(second).isCancelled();
  }

  @Test
  void allOrFirstFailure_partCancelled_cancelsTheWhole() {
    first.cancel(false);
    assertThat(whole).isCancelled();
    assertThat(second).isCancelled();
  }
}
