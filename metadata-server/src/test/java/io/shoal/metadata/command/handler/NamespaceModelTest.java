package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.SequenceTest;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.consensus.codec.LogEntryCodec;
import io.shoal.metadata.store.InMemoryStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateWriter;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Any sequence of commands beside a tree of objects, and beside a second replica. */
class NamespaceModelTest {
  private static final int BATCH = 7;

  @Test
  void anySequence_behavesAsTheModel() {
    SequenceTest.of(ModelStep::draw, steps -> new ModelRun().play(steps)).check(250, 120);
  }

  @Test
  void twoReplicas_thatApplyTheSameLog_haveTheSameBytes() {
    SequenceTest.of(ModelStep::draw, NamespaceModelTest::compareReplicas).check(40, 120);
  }

  private static void compareReplicas(List<ModelStep> steps) {
    ModelRun run = new ModelRun();
    run.play(steps);
    LogEntryCodec codec = new LogEntryCodec();
    CommandApplier applier = new CommandApplier(new KeptReplyCodec());
    List<CommandEnvelope> log = run.machine().log();
    try (InMemoryStateStore second = new InMemoryStateStore()) {
      for (int from = 0; from < log.size(); from += BATCH) {
        List<CommandEnvelope> batch = log.subList(from, Math.min(log.size(), from + BATCH));
        byte[] entry = codec.join(batch.stream().map(codec::encode).toList());
        StateWriter writer = second.begin();
        for (CommandEnvelope envelope : codec.decode(ByteBuffer.wrap(entry))) {
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
