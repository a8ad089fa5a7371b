package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JobsTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandContext context =
      new CommandContext(
          "shoal test",
          new CommonOptions(),
          Set.of(),
          Map.of(),
          new Output(new ByteArrayOutputStream(), false),
          new PrintStream(err, true, StandardCharsets.UTF_8));

  @Test
  void start_atTheLimit_waitsForRoom() throws Exception {
    Jobs jobs = new Jobs(context, 2);
    List<CompletableFuture<String>> open = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      CompletableFuture<String> operation = new CompletableFuture<>();
      open.add(operation);
      jobs.start(() -> operation);
    }
    CountDownLatch third = new CountDownLatch(1);
    Thread starter =
        new Thread(
            () -> {
              try {
                jobs.start(
                    () -> {
                      third.countDown();
                      return CompletableFuture.completedFuture("third");
                    });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    starter.start();
    assertThat(third.getCount()).isEqualTo(1);
    open.get(0).complete("done");
    assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
    open.get(1).complete("done");
    starter.join();
    jobs.finish();
  }

  @Test
  void start_failure_isReportedAndTheOthersGoOn() throws Exception {
    Jobs jobs = new Jobs(context, 1);
    ShoalException failure = new ShoalException(ErrorCode.NOT_FOUND, "/a", "/a does not exist");
    jobs.start(() -> CompletableFuture.failedFuture(failure));
    jobs.start(() -> CompletableFuture.completedFuture("fine"));
    jobs.finish();
    assertThat(context.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("/a does not exist");
  }

  @Test
  void differentFailures_endWithTheGeneralCode() {
    context.fail(new ShoalException(ErrorCode.NOT_FOUND, "/a", "gone"));
    context.fail(new ShoalException(ErrorCode.ALREADY_EXISTS, "/b", "there"));
    assertThat(context.exitCode()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void limit_outOfRange_isRefused() {
    assertThatThrownBy(() -> new Jobs(context, 0)).isInstanceOf(CommandException.class);
  }
}
