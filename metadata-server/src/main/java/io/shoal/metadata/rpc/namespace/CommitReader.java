package io.shoal.metadata.rpc.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.PublishRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads commits. Rule G4: what enters the log under a grant fits that grant. */
final class CommitReader {
  /** Most chunks, and most extents, in one commit. */
  private static final int COMMIT_LIMIT = 4_096;

  private final SigningKeys keys;

  CommitReader(SigningKeys keys) {
    this.keys = keys;
  }

  Commit read(CommitRequest request, SessionId sessionId) {
    Checks.count("commit.chunks", request.getChunksCount(), 0, COMMIT_LIMIT);
    Checks.count("commit.extents", request.getExtentsCount(), 0, COMMIT_LIMIT);
    List<ChunkCommit> chunks = new ArrayList<>(request.getChunksCount());
    for (io.shoal.proto.v1.ChunkCommit chunk : request.getChunksList()) {
      chunks.add(chunk(chunk, sessionId));
    }
    return new Commit(
        file(request),
        chunks,
        NamespaceReader.extents(request.getExtentsList()),
        request.hasPublish() ? publish(request.getPublish()) : null,
        NamespaceReader.attributes(request.getAttributes()));
  }

  private static CommitFile file(CommitRequest request) {
    return switch (request.getFileCase()) {
      case VERSION ->
          new CommitFile.Existing(NamespaceReader.version("commit.version", request.getVersion()));
      case CREATE -> new CommitFile.Created(createFile(request.getCreate()));
      case FILE_NOT_SET -> throw Checks.missing("commit.file");
    };
  }

  static CreateFile createFile(CreateFileRequest request) {
    return new CreateFile(
        NamespaceReader.path(request.getPath()),
        NamespaceReader.precondition(request.getPrecondition()),
        NamespaceReader.attributes(request.getAttributes()),
        NamespaceReader.policy(request.getPolicy()),
        request.getParents());
  }

  private static Publish publish(PublishRequest request) {
    return new Publish(
        NamespaceReader.path(request.getPath()),
        NamespaceReader.precondition(request.getPrecondition()),
        request.getParents());
  }

  private ChunkCommit chunk(io.shoal.proto.v1.ChunkCommit chunk, SessionId sessionId) {
    GrantTerms terms = keys.verifier().verify(SignedGrant.of(chunk.getGrant()));
    if (!terms.sessionId().equals(sessionId)) {
      throw mismatch(terms, "the grant is for session " + terms.sessionId(), sessionId.toString());
    }
    int length = Checks.unsigned("chunk.length", chunk.getLength(), 0, Integer.MAX_VALUE);
    if (length > terms.lengthLimitBytes()) {
      throw mismatch(terms, "length " + length, "at most " + terms.lengthLimitBytes());
    }
    return new ChunkCommit(
        new ChunkGrant(
            terms.chunkId(),
            terms.sessionId(),
            terms.nodeIds(),
            terms.expiresAtMillis(),
            terms.lengthLimitBytes(),
            Layout.REPLICATED),
        length,
        chunk.getCrc32C(),
        replicas(chunk.getReplicasList(), terms),
        chunk.getSeal());
  }

  private static List<Replica> replicas(
      List<io.shoal.proto.v1.Replica> replicas, GrantTerms terms) {
    List<Replica> read = new ArrayList<>(replicas.size());
    Set<Object> seen = new HashSet<>();
    for (io.shoal.proto.v1.Replica each : replicas) {
      Replica replica = NamespaceReader.replica(each);
      if (!terms.nodeIds().contains(replica.nodeId()) || !seen.add(replica.nodeId())) {
        throw mismatch(
            terms, "a replica on node " + replica.nodeId(), terms.nodeIds() + ", each once");
      }
      read.add(replica);
    }
    return read;
  }

  private static ShoalException mismatch(GrantTerms terms, String actual, String expected) {
    return new ShoalException(
        ErrorCode.GRANT_INVALID,
        "chunk " + terms.chunkId(),
        actual + " (expected: " + expected + ")");
  }
}
