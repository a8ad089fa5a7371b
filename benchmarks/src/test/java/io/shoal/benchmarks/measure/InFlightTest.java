package io.shoal.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InFlightTest {
  @Test
  void run_neverMoreThanTheLimit() throws InterruptedException {
    Queue<CompletableFuture<Void>> open = new ArrayDeque<>();
    InFlight.run(
        3,
        3,
        i -> {
          CompletableFuture<Void> operation = new CompletableFuture<>();
          open.add(operation);
          if (open.size() == 3) {
            open.forEach(each -> each.complete(null));
          }
          return operation;
        });

    assertThat(open).hasSize(3);
  }

  @Test
  void run_operationThatFails_fails() {
    assertThatThrownBy(
            () ->
                InFlight.run(
                    2, 1, i -> CompletableFuture.failedFuture(new IllegalStateException("no"))))
        .hasRootCauseMessage("no");
  }
}
