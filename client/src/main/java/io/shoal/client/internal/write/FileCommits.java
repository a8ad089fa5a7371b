package io.shoal.client.internal.write;

import io.shoal.client.FileStatus;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.AbandonRequest;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.PublishRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the metadata servers know of a file that is being written. One request is outstanding at a
 * time (rule C3).
 *
 * <p>Owned by the file's shard; futures complete there.
 */
final class FileCommits {
  /** The file ... */
  enum Stage {
    /** ... has no inode: nothing was asked yet. */
    UNKNOWN,
    /** ... has an inode that nobody sees (rule C4). */
    PENDING,
    /** ... stands at its path. */
    PUBLISHED
  }

  private static final Logger LOG = LoggerFactory.getLogger(FileCommits.class);

  private final WriteContext context;
  private final FileTarget target;
  private final Executor shard;

  private Stage stage;
  private io.shoal.proto.v1.@Nullable FileStatus status;
  private @Nullable CompletableFuture<?> underWay;

  FileCommits(WriteContext context, FileTarget target, Executor shard) {
    this.context = context;
    this.target = target;
    this.shard = shard;
    this.status = target.appended();
    this.stage = status == null ? Stage.UNKNOWN : Stage.PUBLISHED;
  }

  boolean isBusy() {
    return underWay != null;
  }

  boolean isPublished() {
    return stage == Stage.PUBLISHED;
  }

  /** Returns the length that is committed. */
  long length() {
    return status == null ? 0 : status.getLength();
  }

  /** Returns the status as the last answer told it; there was one. */
  FileStatus status() {
    if (status == null) {
      throw new IllegalStateException(target.path() + ": nothing was committed yet");
    }
    return ProtoMapping.statusOf(target.path(), status);
  }

  /** Makes the pending inode, so that a path that can't be written to fails at once. */
  CompletableFuture<Void> create() {
    return request(
        context
            .metadata()
            .createFile(createRequest(), context.resources().metadataDeadline())
            .thenApply(reply -> reply.getStatus()),
        0,
        Stage.PENDING);
  }

  /** Makes what is planned part of the file, and puts the file at its path if it is not there. */
  CompletableFuture<Void> commit(CommitPlan plan, boolean publish) {
    CommitRequest.Builder request =
        CommitRequest.newBuilder().addAllChunks(plan.chunks()).addAllExtents(plan.extents());
    if (status == null) {
      request.setCreate(createRequest());
    } else {
      request.setVersion(ProtoMapping.versionOf(status));
    }
    boolean publishNow = publish && stage != Stage.PUBLISHED;
    if (publishNow) {
      request.setPublish(publishRequest());
    }
    if (publish) {
      // Times that were asked for hold for the content that becomes visible.
      request.setAttributes(ProtoMapping.toProto(target.options().attributes()));
    }
    return request(
        context
            .metadata()
            .commit(request.build(), context.resources().metadataDeadline())
            .thenApply(reply -> reply.getStatus()),
        plan.fileLength(),
        publishNow ? Stage.PUBLISHED : stage == Stage.UNKNOWN ? Stage.PENDING : stage);
  }

  private CreateFileRequest createRequest() {
    return CreateFileRequest.newBuilder()
        .setPath(target.path())
        .setPrecondition(ProtoMapping.precondition(target.options().overwrite()))
        .setAttributes(ProtoMapping.toProto(target.options().attributes()))
        .setPolicy(ProtoMapping.toProto(target.options().policy()))
        .setParents(target.options().parents())
        .build();
  }

  private PublishRequest publishRequest() {
    return PublishRequest.newBuilder()
        .setPath(target.path())
        .setPrecondition(ProtoMapping.precondition(target.options().overwrite()))
        .setParents(target.options().parents())
        .build();
  }

  private CompletableFuture<Void> request(
      CompletableFuture<io.shoal.proto.v1.FileStatus> sent, long expectedLength, Stage next) {
    if (underWay != null) {
      throw new IllegalStateException(target.path() + ": a request is outstanding already");
    }
    CompletableFuture<Void> answered = new CompletableFuture<>();
    underWay = answered;
    Listening.to(
        sent,
        (told, failure) ->
            shard.execute(
                () -> {
                  underWay = null;
                  if (failure != null) {
                    answered.completeExceptionally(ofThisFile(ShoalException.of(failure)));
                    return;
                  }
                  LOG.debug("{}: {} -> {}, {} bytes", target.path(), stage, next, told.getLength());
                  stage = next;
                  status = told;
                  if (told.getLength() == expectedLength) {
                    answered.complete(null);
                  } else {
                    answered.completeExceptionally(wrongLength(told.getLength(), expectedLength));
                  }
                }));
    return answered;
  }

  /** The servers know the file by its inode, whoever writes it by its path. */
  private ShoalException ofThisFile(ShoalException failure) {
    boolean namesInode =
        status != null
            && failure.subject().equals("inode " + Long.toHexString(status.getInodeId()));
    return namesInode
        ? new ShoalException(
            failure.code(),
            target.path(),
            failure.getMessage(),
            failure.retryAfterMillis(),
            failure)
        : failure;
  }

  private ShoalException wrongLength(long actual, long expected) {
    return new ShoalException(
        ErrorCode.INTERNAL,
        target.path(),
        "committed length: " + actual + " (expected: " + expected + ")");
  }

  /**
   * Throws the file away unless it was published. Waits for the request that is outstanding, since
   * it may be the one that publishes.
   *
   * @return completes when that is done or was tried; never fails
   */
  CompletableFuture<Void> abandon() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<?> before =
        underWay == null ? CompletableFuture.completedFuture(null) : underWay;
    Listening.to(before, (result, failure) -> abandonPending(done));
    return done;
  }

  private void abandonPending(CompletableFuture<Void> done) {
    if (status == null || stage != Stage.PENDING) {
      done.complete(null);
      return;
    }
    AbandonRequest request = AbandonRequest.newBuilder().setInodeId(status.getInodeId()).build();
    Listening.to(
        context.metadata().abandon(request, context.resources().metadataDeadline()),
        (reply, failure) -> {
          if (failure != null) {
            LOG.debug("{}: left to the end of the session: {}", target.path(), failure.toString());
          }
          done.complete(null);
        });
  }
}
