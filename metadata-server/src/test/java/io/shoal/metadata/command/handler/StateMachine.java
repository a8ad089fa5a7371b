package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.GarbageChunk;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.store.InMemoryStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** A replicated state machine without the replication: one store, one command after another. */
final class StateMachine {
  static final long BEGIN_MILLIS = 1_800_000_000_000L;
  static final long GRACE_MILLIS = 60_000;
  static final long SESSION_LIFETIME_MILLIS = 80_000;
  static final long GRANT_LIFETIME_MILLIS = 900_000;
  static final int NODES = 4;

  static final ClusterSettings SETTINGS =
      new ClusterSettings(
          3, 2, 1 << 20, GRACE_MILLIS, SESSION_LIFETIME_MILLIS, GRANT_LIFETIME_MILLIS);

  private final InMemoryStateStore store = new InMemoryStateStore();
  private final CommandApplier applier = new CommandApplier(new KeptReplyCodec());
  private final List<CommandEnvelope> log = new ArrayList<>();
  private long index;
  private long now = BEGIN_MILLIS;
  private long nonce;

  /** Makes a machine without a cluster. */
  static StateMachine empty() {
    return new StateMachine();
  }

  /** Makes a machine with a cluster of four nodes. */
  static StateMachine withCluster() {
    StateMachine machine = new StateMachine();
    machine.done(
        new ClusterCommand.InitCluster(new ClusterIdentity("test-cluster", 0, 0), SETTINGS));
    for (int i = 1; i <= NODES; i++) {
      machine.done(new ClusterCommand.RegisterNode(node(i)));
    }
    return machine;
  }

  static NodeDescription node(int number) {
    return new NodeDescription(
        new UUID(7, number),
        "127.0.0.1",
        4_000 + number,
        "/rack" + number,
        "1.0",
        List.of(new VolumeRecord(1, "/data/" + number, 1L << 40, "")));
  }

  /** Lets time pass before the next command. */
  void pass(long millis) {
    now += millis;
  }

  long now() {
    return now;
  }

  /** Applies what stands in an entry of its own. */
  Reply apply(CommandEnvelope envelope) {
    StateWriter writer = store.begin();
    Reply reply = applier.apply(writer, envelope);
    store.commit(writer, new LogPosition(1, ++index));
    log.add(envelope);
    return reply;
  }

  /** Returns all that was applied so far. */
  List<CommandEnvelope> log() {
    return log;
  }

  /** Applies a command of the leader. */
  Reply apply(Command command) {
    return apply(CommandEnvelope.internal(now, command));
  }

  /** Applies a command of the leader that must not be refused. */
  Reply done(Command command) {
    Reply reply = apply(command);
    assertThat(reply).isNotInstanceOf(Reply.Failure.class);
    return reply;
  }

  /** Changes the state behind the back of the handlers. */
  void change(Consumer<StateWriter> change) {
    StateWriter writer = store.begin();
    change.accept(writer);
    store.commit(writer, new LogPosition(1, ++index));
  }

  StateReader reader() {
    return store.view();
  }

  NamespaceQueries namespace() {
    return new NamespaceQueries(reader());
  }

  ChunkQueries chunks() {
    return new ChunkQueries(reader());
  }

  ClusterQueries cluster() {
    return new ClusterQueries(reader());
  }

  /** Opens a session. */
  Client client() {
    return client("", "");
  }

  /** Opens a session whose files and directories belong to somebody. */
  Client client(String owner, String group) {
    ClientDescription description = new ClientDescription("test", owner, group);
    Reply reply = done(new SessionCommand.OpenSession(description, ++nonce));
    return new Client(this, ((Reply.SessionOpened) reply).sessionId());
  }

  ChunkId newChunkId() {
    return ((Reply.IdsAllocated) done(new ClusterCommand.AllocateIds(1))).first();
  }

  /** Ticks, seals and reclaims until nothing is due. */
  void maintain() {
    for (MaintenanceCommand command :
        List.of(
            new MaintenanceCommand.Tick(100),
            new MaintenanceCommand.SealExpired(100),
            new MaintenanceCommand.Reclaim(100))) {
      Reply.Progress progress;
      do {
        progress = (Reply.Progress) done(command);
      } while (progress.more());
    }
  }

  /** Lets every node delete its garbage and say so. */
  void collectGarbage() {
    for (int i = 1; i <= NODES; i++) {
      NodeId nodeId = new NodeId(i);
      List<ChunkId> chunkIds = deletable(nodeId);
      done(new MaintenanceCommand.ReplicasDeleted(nodeId, chunkIds));
    }
  }

  List<ChunkId> deletable(NodeId nodeId) {
    return chunks().deletable(nodeId, null, 1_000).stream().map(GarbageChunk::chunkId).toList();
  }

  static void assertRefused(Reply reply, ErrorCode code) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Failure.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  /** A session that counts its commands and has always seen all replies before. */
  static final class Client {
    private final StateMachine machine;
    private final SessionId sessionId;
    private long sequence;

    private Client(StateMachine machine, SessionId sessionId) {
      this.machine = machine;
      this.sessionId = sessionId;
    }

    SessionId sessionId() {
      return sessionId;
    }

    Reply call(Command command) {
      sequence++;
      return call(new SessionStamp(sessionId, sequence, sequence), command);
    }

    Reply call(SessionStamp stamp, Command command) {
      return machine.apply(
          new CommandEnvelope(stamp, machine.now, CommandEnvelope.NO_DEADLINE, command));
    }

    /** Sends the last command's stamp again, with any command. */
    Reply retry(Command command) {
      return call(new SessionStamp(sessionId, sequence, sequence), command);
    }

    long sequence() {
      return sequence;
    }
  }
}
