package io.shoal.metadata.rpc;

import io.shoal.common.grant.SignedGrant;
import io.shoal.proto.v1.ChunkCommit;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.DeleteRequest;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.Grant;
import io.shoal.proto.v1.InodeVersion;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenRequest;
import io.shoal.proto.v1.Precondition;
import io.shoal.proto.v1.PublishRequest;
import io.shoal.proto.v1.RenameRequest;
import io.shoal.proto.v1.Replica;
import io.shoal.proto.v1.ReserveChunksRequest;
import io.shoal.proto.v1.StatRequest;
import io.shoal.proto.v1.Target;

/** Requests as tests need them. */
final class Requests {
  static final Precondition ABSENT = Precondition.newBuilder().setAbsent(true).build();

  private Requests() {}

  static Target at(String path) {
    return Target.newBuilder().setPath(path).build();
  }

  static NamespaceRequest.Builder stat(String path) {
    return NamespaceRequest.newBuilder().setStat(StatRequest.newBuilder().setTarget(at(path)));
  }

  static NamespaceRequest.Builder open(String path) {
    return NamespaceRequest.newBuilder()
        .setOpen(OpenRequest.newBuilder().setTarget(at(path)).setExtentLimit(100));
  }

  static NamespaceRequest.Builder list(String path, int limit) {
    return NamespaceRequest.newBuilder()
        .setList(ListRequest.newBuilder().setDirectory(at(path)).setLimit(limit));
  }

  static NamespaceRequest.Builder mkdirs(String path) {
    return NamespaceRequest.newBuilder()
        .setMkdirs(MkdirsRequest.newBuilder().setPath(path).setParents(true));
  }

  static NamespaceRequest.Builder rename(String source, String destination) {
    return NamespaceRequest.newBuilder()
        .setRename(RenameRequest.newBuilder().setSource(source).setDestination(destination));
  }

  static NamespaceRequest.Builder delete(String path) {
    return NamespaceRequest.newBuilder().setDelete(DeleteRequest.newBuilder().setPath(path));
  }

  static CreateFileRequest create(String path) {
    return CreateFileRequest.newBuilder().setPath(path).setPrecondition(ABSENT).build();
  }

  static NamespaceRequest.Builder createFile(String path) {
    return NamespaceRequest.newBuilder().setCreateFile(create(path));
  }

  static NamespaceRequest.Builder reserve(long sessionId, int count) {
    return NamespaceRequest.newBuilder()
        .setReserveChunks(
            ReserveChunksRequest.newBuilder().setSessionId(sessionId).setCount(count));
  }

  /** Appends one sealed chunk, with replicas on all nodes of its grant. */
  static CommitRequest.Builder append(FileStatus file, Grant grant, int length) {
    return CommitRequest.newBuilder()
        .setVersion(
            InodeVersion.newBuilder()
                .setInodeId(file.getInodeId())
                .setGeneration(file.getGeneration()))
        .addChunks(chunk(grant, length))
        .addExtents(
            Extent.newBuilder()
                .setFileOffset(file.getLength())
                .setLength(length)
                .setChunkId(chunkIdOf(grant)));
  }

  static ChunkCommit.Builder chunk(Grant grant, int length) {
    ChunkCommit.Builder chunk =
        ChunkCommit.newBuilder().setGrant(grant).setLength(length).setCrc32C(99).setSeal(true);
    SignedGrant.of(grant)
        .terms()
        .nodeIds()
        .forEach(
            node -> chunk.addReplicas(Replica.newBuilder().setNodeId(node.value()).setVolumeId(1)));
    return chunk;
  }

  static NamespaceRequest.Builder commit(CommitRequest.Builder commit) {
    return NamespaceRequest.newBuilder().setCommit(commit);
  }

  /** Puts a file of one chunk, which is made, filled and published by one commit. */
  static NamespaceRequest.Builder put(String path, Grant grant, int length) {
    return commit(
        CommitRequest.newBuilder()
            .setCreate(create(path))
            .addChunks(chunk(grant, length))
            .addExtents(Extent.newBuilder().setLength(length).setChunkId(chunkIdOf(grant)))
            .setPublish(publish(path)));
  }

  static PublishRequest publish(String path) {
    return PublishRequest.newBuilder().setPath(path).setPrecondition(ABSENT).build();
  }

  static long chunkIdOf(Grant grant) {
    return SignedGrant.of(grant).terms().chunkId().value();
  }
}
