package io.shoal.microbenchmarks;

import io.shoal.common.id.SessionId;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.command.handler.CommandApplier;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.store.InMemoryStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.RocksStateStore;
import io.shoal.metadata.store.StateStore;
import io.shoal.metadata.store.StateWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Commands applied to the namespace, sixteen in one write, without log and network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class NamespaceApplyBenchmark {
  private static final int BATCH = 16;
  private static final long NOW_MILLIS = 1_800_000_000_000L;
  private static final ClusterSettings SETTINGS =
      new ClusterSettings(3, 2, 1 << 20, 60_000, 80_000, 900_000);

  /** What the state lies in. */
  @Param({"memory", "rocksdb"})
  private String store = "memory";

  private final TemporaryDirectory directory = new TemporaryDirectory("state");
  private final CommandApplier applier = new CommandApplier(new KeptReplyCodec());
  private StateStore state = new InMemoryStateStore();
  private SessionId session = new SessionId(1);
  private long sequence;
  private long index;
  private long names;

  /** Makes a cluster with a session and a directory. */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    state =
        store.equals("memory")
            ? new InMemoryStateStore()
            : RocksStateStore.open(
                directory.create(), RocksSettings.DEFAULT, TemporaryDirectory::failed);
    sequence = 0;
    apply(new ClusterCommand.InitCluster(new ClusterIdentity("cluster", 0, 0), SETTINGS));
    Reply opened =
        apply(new SessionCommand.OpenSession(new ClientDescription("jmh", "me", "us"), 1));
    session = ((Reply.SessionOpened) opened).sessionId();
  }

  /** Removes it. */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    state.close();
    directory.delete();
  }

  /** Makes directories. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void mkdir() {
    StateWriter writer = state.begin();
    for (int i = 0; i < BATCH; i++) {
      call(writer, new NamespaceCommand.Mkdirs("/name-" + names++, Attributes.NONE, false));
    }
    commit(writer);
  }

  /** Makes directories, gives them other names, and deletes them: a third of it for each. */
  @Benchmark
  @OperationsPerInvocation(3 * BATCH)
  public void mkdirRenameDelete() {
    StateWriter writer = state.begin();
    for (int i = 0; i < BATCH; i++) {
      String name = "/name-" + names++;
      call(writer, new NamespaceCommand.Mkdirs(name, Attributes.NONE, false));
      call(writer, new NamespaceCommand.Rename(name, name + "-too", false));
      call(writer, new NamespaceCommand.Delete(name + "-too", false));
    }
    commit(writer);
  }

  private void call(StateWriter writer, Command command) {
    sequence++;
    Reply reply =
        applier.apply(
            writer,
            new CommandEnvelope(
                new SessionStamp(session, sequence, sequence),
                NOW_MILLIS,
                CommandEnvelope.NO_DEADLINE,
                command));
    requireDone(reply);
  }

  private Reply apply(Command command) {
    StateWriter writer = state.begin();
    Reply reply = applier.apply(writer, CommandEnvelope.internal(NOW_MILLIS, command));
    requireDone(reply);
    commit(writer);
    return reply;
  }

  private void commit(StateWriter writer) {
    state.commit(writer, new LogPosition(1, ++index));
  }

  private static void requireDone(Reply reply) {
    if (reply instanceof Reply.Failure failure) {
      throw new IllegalStateException(failure.toString());
    }
  }
}
