package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Commands as tests need them. */
final class Given {
  static final int CHUNK_LIMIT_BYTES = 1 << 20;

  private Given() {}

  static NamespaceCommand.Mkdirs mkdirs(String path) {
    return new NamespaceCommand.Mkdirs(path, Attributes.NONE, true);
  }

  static CreateFile create(String path, Precondition precondition) {
    return new CreateFile(path, precondition, Attributes.NONE, FilePolicy.DEFAULT, false);
  }

  static Publish publish(String path, Precondition precondition) {
    return new Publish(path, precondition, false);
  }

  static Attributes mode(int mode) {
    return new Attributes(mode, null, null, null, new TreeMap<>(), new TreeSet<>());
  }

  static Attributes modifiedAt(long millis) {
    return new Attributes(null, null, null, millis, new TreeMap<>(), new TreeSet<>());
  }

  /** Puts an empty file where nothing stands. */
  static Commit emptyFile(String path) {
    return new Commit(
        new CommitFile.Created(create(path, Precondition.ABSENT)),
        List.of(),
        List.of(),
        publish(path, Precondition.ABSENT),
        Attributes.NONE);
  }

  /** Puts a file of one sealed chunk. */
  static Commit file(String path, Precondition precondition, ChunkCommit chunk) {
    return new Commit(
        new CommitFile.Created(create(path, precondition)),
        List.of(chunk),
        List.of(new Extent(0, chunk.length(), chunk.grant().chunkId(), 0)),
        publish(path, precondition),
        Attributes.NONE);
  }

  /** Appends a range of a chunk to a file. */
  static Commit append(FileStatus file, ChunkCommit chunk, int chunkOffset) {
    int length = chunk.length() - chunkOffset;
    List<Extent> extents =
        length == 0
            ? List.of()
            : List.of(new Extent(file.length(), length, chunk.grant().chunkId(), chunkOffset));
    return new Commit(
        new CommitFile.Existing(file.version()), List.of(chunk), extents, null, Attributes.NONE);
  }

  static Commit publishing(InodeVersion version, String path, Precondition precondition) {
    return new Commit(
        new CommitFile.Existing(version),
        List.of(),
        List.of(),
        publish(path, precondition),
        Attributes.NONE);
  }

  static Grants grants(SessionId sessionId, long expiresAtMillis) {
    return new Grants(sessionId, expiresAtMillis);
  }

  static FileStatus status(Reply reply) {
    if (reply instanceof Reply.DirectoryMade made) {
      return made.status();
    }
    assertThat(reply).isInstanceOf(Reply.OfFile.class);
    return ((Reply.OfFile) reply).status();
  }

  static InodeVersion version(long inodeId, long generation) {
    return new InodeVersion(new InodeId(inodeId), generation);
  }

  /** Grants of one session with one expiry, for the nodes 1 to 3. */
  record Grants(SessionId sessionId, long expiresAtMillis) {
    ChunkGrant of(ChunkId chunkId) {
      return new ChunkGrant(
          chunkId,
          sessionId,
          List.of(new NodeId(1), new NodeId(2), new NodeId(3)),
          expiresAtMillis,
          CHUNK_LIMIT_BYTES,
          Layout.REPLICATED);
    }

    /** A commit with replicas on all three nodes; the checksum follows from the length. */
    ChunkCommit commit(ChunkId chunkId, int length, boolean seal) {
      return commit(chunkId, length, seal, 1, 2, 3);
    }

    ChunkCommit commit(ChunkId chunkId, int length, boolean seal, int... nodes) {
      List<Replica> replicas =
          Arrays.stream(nodes).mapToObj(node -> new Replica(new NodeId(node), 1)).toList();
      return new ChunkCommit(of(chunkId), length, 31 * length, replicas, seal);
    }
  }
}
