package io.shoal.client.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.Patterns;
import io.shoal.client.internal.simulation.SimulatedNode;
import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.SequenceTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whatever sizes are written, whenever they are flushed and whichever nodes fail in whatever order:
 * a file that was closed has all its bytes, one that failed has at least what a flush acknowledged
 * and nothing that was not written, and nothing is left behind.
 */
@ExtendWith(NoLeaks.class)
class FileWriterPropertyTest {
  private static final String PATH = "/file";
  private static final List<Fault> FAULTS = List.of(Fault.values());
  private static final byte[] BYTES = Patterns.bytes(4 << 20);

  private sealed interface Step {}

  private record Write(int length) implements Step {}

  private record Flush() implements Step {}

  private record Fail(int node, int frames, Fault fault) implements Step {}

  private record Restart(int node) implements Step {}

  private record Wait(int millis) implements Step {}

  /** Closes the file and goes on at its end. */
  private record Reopen() implements Step {}

  private record GoOn(int steps) implements Step {}

  private record Seed(int seed) implements Step {}

  private static Step draw(RandomGenerator random) {
    return switch (random.nextInt(13)) {
      case 0, 1, 2 -> new Write(random.nextInt(1, 1 << random.nextInt(1, 19)));
      case 3, 4 -> new Flush();
      case 5 ->
          new Fail(
              random.nextInt(1, 6), random.nextInt(10), FAULTS.get(random.nextInt(FAULTS.size())));
      case 6, 7 -> new Restart(random.nextInt(1, 6));
      case 8 -> new Wait(random.nextInt(20_000));
      case 9 -> new Seed(random.nextInt());
      case 10 -> new Reopen();
      default -> new GoOn(random.nextInt(60));
    };
  }

  @Test
  void writer_anyCallsAndFaults_keepsItsPromises() {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    SequenceTest.of(
            FileWriterPropertyTest::draw,
            (List<Step> steps) -> (run(steps) ? closed : failed).incrementAndGet())
        .check(400, 40);
    // Otherwise it would show nothing.
    assertThat(closed.get()).isGreaterThan(failed.get());
  }

  /** Returns whether the file could be closed. */
  private static boolean run(List<Step> steps) {
    int seed = steps.stream().mapToInt(step -> step instanceof Seed draw ? draw.seed : 0).sum();
    try (Simulation cluster = new Simulation(seed)) {
      cluster.metadata().setGrantLifetimeMillis(30_000);
      Run run = new Run(cluster);
      steps.forEach(run::apply);
      return run.finish();
    }
  }

  private record Flushed(int written, CompletableFuture<Long> answer) {}

  private static final class Run {
    private final Simulation cluster;
    private AsyncFileWriter writer;
    private int written;
    private final List<Flushed> flushes = new ArrayList<>();

    Run(Simulation cluster) {
      this.cluster = cluster;
      this.writer = cluster.await(cluster.operations().create(PATH, PutOptions.DEFAULT));
    }

    void apply(Step step) {
      if (step instanceof Write write) {
        int length = Math.min(write.length, BYTES.length - written);
        var unused = writer.write(ByteBuffer.wrap(BYTES, written, length));
        written += length;
      } else if (step instanceof Flush) {
        flushes.add(new Flushed(written, writer.flush()));
      } else if (step instanceof Fail fail) {
        cluster.node(fail.node).failAfter(fail.frames, fail.fault);
      } else if (step instanceof Restart restart) {
        cluster.node(restart.node).restart();
      } else if (step instanceof Wait wait) {
        cluster.clock().advance(Duration.ofMillis(wait.millis));
      } else if (step instanceof Reopen) {
        reopen();
      } else if (step instanceof GoOn goOn) {
        for (int i = 0; i < goOn.steps; i++) {
          cluster.step();
        }
      }
    }

    private void reopen() {
      try {
        cluster.await(writer.close());
      } catch (ShoalException failure) {
        return;
      }
      writer = cluster.await(cluster.operations().append(PATH));
      assertThat(writer.position()).isEqualTo(written);
    }

    /** Returns the length up to which a flush has promised bytes. */
    private long acknowledged() {
      long most = 0;
      for (Flushed flush : flushes) {
        assertThat(flush.answer).isDone();
        if (!flush.answer.isCompletedExceptionally()) {
          long length = flush.answer.join();
          assertThat(length).isGreaterThanOrEqualTo(flush.written);
          most = Math.max(most, length);
        }
      }
      return most;
    }

    boolean finish() {
      CompletableFuture<FileStatus> close = writer.close();
      boolean closed = true;
      try {
        assertThat(cluster.await(close).length()).isEqualTo(written);
      } catch (ShoalException failure) {
        closed = false;
        cluster.await(writer.abort());
      }
      cluster.settle();
      cluster.nodes().forEach(SimulatedNode::restart);
      long flushed = acknowledged();
      byte[] visible = cluster.metadata().exists(PATH) ? cluster.content(PATH) : new byte[0];
      assertThat((long) visible.length)
          .isGreaterThanOrEqualTo(flushed)
          .isLessThanOrEqualTo(written);
      assertThat(Arrays.mismatch(visible, 0, visible.length, BYTES, 0, visible.length))
          .isEqualTo(-1);
      if (closed) {
        assertThat(visible.length).isEqualTo(written);
        assertThat(cluster.metadata().isSealed(PATH)).isTrue();
      }
      return closed;
    }
  }
}
