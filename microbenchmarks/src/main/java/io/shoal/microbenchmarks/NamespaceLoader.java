package io.shoal.microbenchmarks;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.snapshot.SnapshotFiles;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
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
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.RocksStateStore;
import io.shoal.metadata.store.StateWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup of metadata with any number of files, each of one chunk with three replicas, by
 * the commands that clients send, without log and network. A tenth of the files is in one
 * directory, {@code /wide}; the others are a thousand in each of {@code /d0000000} and so on.
 */
public final class NamespaceLoader implements AutoCloseable {
  private static final long NOW_MILLIS = 1_800_000_000_000L;
  private static final ClusterSettings SETTINGS =
      new ClusterSettings(3, 2, 16 << 20, 600_000, 60_000, 900_000);
  private static final int FILES_OF_A_DIRECTORY = 1_000;
  private static final int FILE_BYTES = 128 << 10;
  private static final int IDS_AT_ONCE = 1 << 16;

  /** Commands that are applied in one write, as those of a log entry. */
  private static final int BATCH = 256;

  private static final int REPORT_EVERY = 1_000_000;

  private final RocksStateStore store;
  private final CommandApplier applier = new CommandApplier(new KeptReplyCodec());
  private @Nullable StateWriter writer;
  private SessionId session = new SessionId(1);
  private long sequence;
  private long index;
  private int inBatch;
  private long nextChunk;
  private int chunksLeft;

  private NamespaceLoader(Path directory) {
    this.store = RocksStateStore.open(directory, RocksSettings.DEFAULT, TemporaryDirectory::failed);
  }

  /** Makes a backup in a new directory: {@code NamespaceLoader BACKUP FILES}. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: NamespaceLoader BACKUP FILES");
      System.exit(2);
    }
    Path backup = Path.of(arguments[0]);
    TemporaryDirectory directory = new TemporaryDirectory("namespace");
    try (NamespaceLoader loader = new NamespaceLoader(directory.create())) {
      loader.load(Integer.parseInt(arguments[1]));
      loader.store.checkpoint(backup);
      SnapshotFiles.seal(backup);
    } finally {
      directory.delete();
    }
  }

  private void load(int files) {
    String clusterId = new UUID(files, 1).toString();
    call(new ClusterCommand.InitCluster(new ClusterIdentity(clusterId, 0, 0), SETTINGS));
    for (int node = 1; node <= 3; node++) {
      call(
          new ClusterCommand.RegisterNode(
              new NodeDescription(
                  new UUID(node, node), "127.0.0.1", 1_000 + node, "", "none", List.of())));
    }
    Reply opened = call(new SessionCommand.OpenSession(new ClientDescription("", "me", "us"), 1));
    session = ((Reply.SessionOpened) opened).sessionId();
    long begin = System.nanoTime();
    String directory = "/wide";
    mkdir(directory);
    int wide = files / 10;
    for (int file = 0; file < files; file++) {
      if (file >= wide && (file - wide) % FILES_OF_A_DIRECTORY == 0) {
        directory = String.format(Locale.ROOT, "/d%07d", (file - wide) / FILES_OF_A_DIRECTORY);
        mkdir(directory);
      }
      put(directory + String.format(Locale.ROOT, "/file-%08d", file));
      if ((file + 1) % REPORT_EVERY == 0) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.err.printf("%,d files, %,.0f/s%n", file + 1, (file + 1) / seconds);
      }
    }
    commit();
  }

  private void mkdir(String path) {
    stamped(new NamespaceCommand.Mkdirs(path, Attributes.NONE, false));
  }

  private void put(String path) {
    ChunkId chunk = takeChunk();
    List<NodeId> nodes = List.of(new NodeId(1), new NodeId(2), new NodeId(3));
    ChunkGrant grant =
        new ChunkGrant(chunk, session, nodes, NOW_MILLIS + 900_000, 16 << 20, Layout.REPLICATED);
    List<Replica> replicas = nodes.stream().map(node -> new Replica(node, 1)).toList();
    stamped(
        new NamespaceCommand.Commit(
            new NamespaceCommand.CommitFile.Created(
                new NamespaceCommand.CreateFile(
                    path, Precondition.ABSENT, Attributes.NONE, FilePolicy.DEFAULT, false)),
            List.of(new ChunkCommit(grant, FILE_BYTES, path.hashCode(), replicas, true)),
            List.of(new Extent(0, FILE_BYTES, chunk, 0)),
            new NamespaceCommand.Publish(path, Precondition.ABSENT, false),
            Attributes.NONE));
  }

  private ChunkId takeChunk() {
    if (chunksLeft == 0) {
      Reply reply = call(new ClusterCommand.AllocateIds(IDS_AT_ONCE));
      nextChunk = ((Reply.IdsAllocated) reply).first().value();
      chunksLeft = IDS_AT_ONCE;
    }
    chunksLeft--;
    return new ChunkId(nextChunk++);
  }

  private void stamped(Command command) {
    sequence++;
    apply(
        new CommandEnvelope(
            new SessionStamp(session, sequence, sequence),
            NOW_MILLIS,
            CommandEnvelope.NO_DEADLINE,
            command));
  }

  private Reply call(Command command) {
    return apply(CommandEnvelope.internal(NOW_MILLIS, command));
  }

  private Reply apply(CommandEnvelope command) {
    StateWriter open = writer == null ? store.begin() : writer;
    writer = open;
    Reply reply = applier.apply(open, command);
    if (reply instanceof Reply.Failure failure) {
      throw new IllegalStateException(failure.toString());
    }
    if (++inBatch == BATCH) {
      commit();
    }
    return reply;
  }

  private void commit() {
    if (writer != null) {
      store.commit(writer, new LogPosition(1, ++index));
      writer = null;
      inBatch = 0;
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
