package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Property;
import io.shoal.common.testing.SequenceTest;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.consensus.codec.LogEntryCodec;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.InMemoryStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.RocksStateStore;
import io.shoal.metadata.store.StateStore;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any sequence of commands beside a tree of objects, and beside a second replica. */
class NamespaceModelTest {
  private static final int BATCH = 7;

  private int replicas;

  @Test
  void anySequence_behavesAsTheModel() {
    SequenceTest.of(ModelStep::draw, steps -> new ModelRun().play(steps)).check(250, 120);
  }

  @Test
  void twoReplicas_thatApplyTheSameLog_haveTheSameBytes() {
    SequenceTest.of(ModelStep::draw, steps -> compareReplicas(steps, new InMemoryStateStore()))
        .check(40, 120);
  }

  @Test
  void replicaOnDisk_hasTheSameBytes(@TempDir Path directory) {
    SequenceTest.of(
            ModelStep::draw, steps -> compareReplicas(steps, onDisk(directory.resolve(next()))))
        .check(3, 200);
  }

  /** A snapshot takes the place of its state now and then, and the log goes on behind that. */
  @Test
  void replicaThatGoesBackToSnapshots_hasTheSameBytes(@TempDir Path directory) {
    Property.check(
        4,
        random -> {
          ModelRun run = new ModelRun();
          run.play(Stream.generate(() -> ModelStep.draw(random)).limit(200).toList());
          Replay replay = new Replay(run.machine().log());
          DurableStateStore store = onDisk(directory.resolve(next()));
          int batch = 0;
          for (int snapshots = 0; snapshots < 4; snapshots++) {
            for (int end = batch + random.nextInt(10); batch < end; batch++) {
              replay.apply(store, batch);
            }
            Path snapshot = directory.resolve(next());
            LogPosition position = store.checkpoint(snapshot);
            for (int lost = batch + random.nextInt(10); batch < lost; batch++) {
              replay.apply(store, batch);
            }
            store.close();
            store = onDisk(snapshot);
            assertThat(store.applied()).isEqualTo(position);
            batch = (int) position.index() + 1;
          }
          for (; batch < replay.batches(); batch++) {
            replay.apply(store, batch);
          }
          try (StateView view = store.view()) {
            assertThat(Invariants.dump(view)).isEqualTo(Invariants.dump(run.machine().reader()));
          }
          store.close();
        });
  }

  private String next() {
    return "replica-" + ++replicas;
  }

  private static DurableStateStore onDisk(Path directory) {
    return RocksStateStore.open(
        directory,
        RocksSettings.DEFAULT,
        (where, fault) -> {
          throw new AssertionError(where, fault);
        });
  }

  private static void compareReplicas(List<ModelStep> steps, StateStore second) {
    ModelRun run = new ModelRun();
    run.play(steps);
    Replay replay = new Replay(run.machine().log());
    try (second) {
      for (int batch = 0; batch < replay.batches(); batch++) {
        replay.apply(second, batch);
      }
      try (StateView view = second.view()) {
        assertThat(Invariants.dump(view)).isEqualTo(Invariants.dump(run.machine().reader()));
      }
    }
  }

  /** Applies a log in other batches than it was made in, after a way through bytes. */
  private static final class Replay {
    private final LogEntryCodec codec = new LogEntryCodec();
    private final CommandApplier applier = new CommandApplier(new KeptReplyCodec());
    private final List<CommandEnvelope> log;

    Replay(List<CommandEnvelope> log) {
      this.log = log;
    }

    int batches() {
      return (log.size() + BATCH - 1) / BATCH;
    }

    /** Without effect behind the end of the log. */
    void apply(StateStore store, int batch) {
      if (batch >= batches()) {
        return;
      }
      int from = batch * BATCH;
      List<CommandEnvelope> commands = log.subList(from, Math.min(log.size(), from + BATCH));
      byte[] entry = codec.join(commands.stream().map(codec::encode).toList(), null);
      StateWriter writer = store.begin();
      for (CommandEnvelope envelope : codec.decode(ByteBuffer.wrap(entry)).commands()) {
        applier.apply(writer, envelope);
      }
      store.commit(writer, new LogPosition(1, batch));
    }
  }
}
