package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.SequenceTest;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.consensus.codec.LogEntryCodec;
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

  private String next() {
    return "replica-" + ++replicas;
  }

  private static StateStore onDisk(Path directory) {
    return RocksStateStore.open(
        directory,
        RocksSettings.DEFAULT,
        (where, fault) -> {
          throw new AssertionError(where, fault);
        });
  }

  /** Applies the same log in other batches, after a way through bytes. */
  private static void compareReplicas(List<ModelStep> steps, StateStore second) {
    ModelRun run = new ModelRun();
    run.play(steps);
    LogEntryCodec codec = new LogEntryCodec();
    CommandApplier applier = new CommandApplier(new KeptReplyCodec());
    List<CommandEnvelope> log = run.machine().log();
    try (second) {
      for (int from = 0; from < log.size(); from += BATCH) {
        List<CommandEnvelope> batch = log.subList(from, Math.min(log.size(), from + BATCH));
        byte[] entry = codec.join(batch.stream().map(codec::encode).toList(), null);
        StateWriter writer = second.begin();
        for (CommandEnvelope envelope : codec.decode(ByteBuffer.wrap(entry)).commands()) {
          applier.apply(writer, envelope);
        }
        second.commit(writer, new LogPosition(1, from));
      }
      try (StateView view = second.view()) {
        assertThat(Invariants.dump(view)).isEqualTo(Invariants.dump(run.machine().reader()));
      }
    }
  }
}
