package io.shoal.client.internal;

import static io.shoal.client.internal.metadata.ProtoMapping.precondition;
import static io.shoal.client.internal.metadata.ProtoMapping.targetOf;
import static io.shoal.client.internal.metadata.ProtoMapping.versionOf;

import io.shoal.client.AttributeChange;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.AbandonRequest;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.CloneReply;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.PublishRequest;
import io.shoal.proto.v1.StatRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a file within the cluster: a pending file gets the source's map, page by page, and is then
 * put in its place. Nothing of it is visible before; if the source changes meanwhile, the copy
 * fails with {@link ErrorCode#STALE_GENERATION}.
 */
final class CopyOperation extends SteppedOperation<FileStatus> {
  /** How far a copy is; for messages. */
  private enum Stage {
    /** Asks what the source is, */
    LOOKING,
    /** makes a pending file, */
    CREATING,
    /** copies the map, */
    CLONING,
    /** puts the file in its place. */
    PUBLISHING
  }

  private static final Logger LOG = LoggerFactory.getLogger(CopyOperation.class);

  /** So many references are taken in one command: it has to be applied within a moment. */
  private static final int PAGE_EXTENTS = 1_024;

  private final ClientResources resources;
  private final MetadataCalls metadata;
  private final String source;
  private final String destination;
  private final PutOptions options;

  private Stage stage = Stage.LOOKING;

  CopyOperation(
      ClientResources resources,
      MetadataCalls metadata,
      String source,
      String destination,
      PutOptions options) {
    this.resources = resources;
    this.metadata = metadata;
    this.source = source;
    this.destination = destination;
    this.options = options;
  }

  void start() {
    StatRequest request = StatRequest.newBuilder().setTarget(targetOf(source)).build();
    then(metadata.stat(request, resources.metadataDeadline()), reply -> create(reply.getStatus()));
  }

  private void create(io.shoal.proto.v1.FileStatus from) {
    if (from.getType() != FileType.FILE_TYPE_FILE) {
      throw new ShoalException(
          ErrorCode.IS_A_DIRECTORY, source, "is a directory (expected: a file to copy)");
    }
    stage = Stage.CREATING;
    CreateFileRequest request =
        CreateFileRequest.newBuilder()
            .setPath(destination)
            .setPrecondition(precondition(options.overwrite()))
            .setPolicy(policy(from))
            .setParents(options.parents())
            .build();
    then(
        metadata.createFile(request, resources.metadataDeadline()),
        reply -> {
          abandonUnlessDone(reply.getStatus().getInodeId());
          stage = Stage.CLONING;
          cloneFrom(from, 0, reply.getStatus());
        });
  }

  private io.shoal.proto.v1.FilePolicy policy(io.shoal.proto.v1.FileStatus from) {
    return options.policy().equals(FilePolicy.DEFAULT)
        ? from.getPolicy()
        : ProtoMapping.toProto(options.policy());
  }

  private void cloneFrom(
      io.shoal.proto.v1.FileStatus from, long offset, io.shoal.proto.v1.FileStatus to) {
    if (offset == from.getLength()) {
      publish(from, to);
      return;
    }
    CloneRequest request =
        CloneRequest.newBuilder()
            .setSource(versionOf(from))
            .setFileOffset(offset)
            .setExtentLimit(PAGE_EXTENTS)
            .setDestination(versionOf(to))
            .build();
    then(
        metadata.cloneExtents(request, resources.metadataDeadline()),
        reply -> onCloned(from, offset, reply));
  }

  private void onCloned(io.shoal.proto.v1.FileStatus from, long offset, CloneReply reply) {
    long next = reply.getNextFileOffset();
    if (next <= offset || next > from.getLength()) {
      throw new ShoalException(
          ErrorCode.INTERNAL,
          source,
          "next page at byte %d (expected: %d to %d)"
              .formatted(next, offset + 1, from.getLength()));
    }
    options.progress().advanced(next - offset);
    cloneFrom(from, next, reply.getStatus());
  }

  private void publish(io.shoal.proto.v1.FileStatus from, io.shoal.proto.v1.FileStatus to) {
    stage = Stage.PUBLISHING;
    CommitRequest request =
        CommitRequest.newBuilder()
            .setVersion(versionOf(to))
            .setPublish(
                PublishRequest.newBuilder()
                    .setPath(destination)
                    .setPrecondition(precondition(options.overwrite()))
                    .setParents(options.parents()))
            .setAttributes(attributes(from))
            .build();
    then(
        metadata.commit(request, resources.metadataDeadline()),
        reply -> finish(ProtoMapping.statusOf(destination, reply.getStatus())));
  }

  /** Set at the end: every page that was cloned has touched the modification time. */
  private Attributes attributes(io.shoal.proto.v1.FileStatus from) {
    AttributeChange wanted = options.attributes();
    Attributes.Builder attributes = ProtoMapping.toProto(wanted).toBuilder();
    if (options.keepAttributes()) {
      if (wanted.mode().isEmpty()) {
        attributes.setMode(from.getMode());
      }
      if (wanted.modifiedAt().isEmpty()) {
        attributes.setModifiedAtMillis(from.getModifiedAtMillis());
      }
    }
    return attributes.build();
  }

  /** The pending file goes when the copy fails or is cancelled; else the session's end does it. */
  private void abandonUnlessDone(long inodeId) {
    Listening.to(
        result(),
        (copied, failure) -> {
          if (failure != null) {
            LOG.debug("copy of {} to {} ended while {}", source, destination, stage);
            var unusedAnswer =
                metadata.abandon(
                    AbandonRequest.newBuilder().setInodeId(inodeId).build(),
                    resources.metadataDeadline());
          }
        });
  }
}
