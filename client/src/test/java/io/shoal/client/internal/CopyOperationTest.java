package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AttributeChange;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CopyOperationTest {
  private final TestResources resources = new TestResources(DirectExecutor.INSTANCE);
  private final FakeNamespace namespace = new FakeNamespace();
  private final DirectMetadata metadata = new DirectMetadata(namespace);

  @AfterEach
  void end() {
    resources.close();
  }

  @Test
  void copy_ofManyPages_allExtentsOnceAndThenVisible() {
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(2_500));
    AtomicLong progress = new AtomicLong();
    FileStatus copied =
        Await.result(copy("/a", "/b", PutOptions.DEFAULT.withProgress(progress::addAndGet)));
    assertThat(copied.path()).isEqualTo("/b");
    assertThat(copied.length()).isEqualTo(2_500 * 10);
    assertThat(progress).hasValue(2_500 * 10);
    assertThat(namespace.executedCount(RequestCase.CLONE)).isEqualTo(3);
    assertThat(namespace.at("/b").getInodeId()).isNotEqualTo(namespace.at("/a").getInodeId());
  }

  @Test
  void copy_ofAnEmptyFile_clonesNothing() {
    namespace.add("/a", FileType.FILE_TYPE_FILE);
    assertThat(Await.result(copy("/a", "/b", PutOptions.DEFAULT)).length()).isZero();
    assertThat(namespace.executedCount(RequestCase.CLONE)).isZero();
  }

  @Test
  void copy_keepAttributes_timeAndModeOfTheSourceUnlessOthersAreAskedFor() {
    namespace.add("/a", FileType.FILE_TYPE_FILE);
    PutOptions options =
        PutOptions.DEFAULT
            .withKeepAttributes(true)
            .withAttributes(AttributeChange.NONE.withMode(0640));
    assertThat(Await.result(copy("/a", "/b", options)).mode()).isEqualTo(0640);
    NamespaceRequest publish =
        namespace.executed().stream().filter(NamespaceRequest::hasCommit).findFirst().orElseThrow();
    assertThat(publish.getCommit().getAttributes().hasModifiedAtMillis()).isTrue();
  }

  @Test
  void copy_keepAttributes_ownerAndGroupAreOfWhoCopies() {
    namespace.add("/a", FileType.FILE_TYPE_FILE);
    FileStatus copied = Await.result(copy("/a", "/b", PutOptions.DEFAULT.withKeepAttributes(true)));
    assertThat(copied.owner()).isEqualTo("ann");
    assertThat(copied.group()).isEqualTo("staff");
    assertThat(namespace.at("/a").getOwner()).isEmpty();
  }

  @Test
  void copy_ofADirectory_refused() {
    assertThat(Await.failure(copy("/", "/b", PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.IS_A_DIRECTORY);
  }

  @Test
  void copy_targetExists_refusedUnlessItMayBeReplaced() {
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(1));
    namespace.add("/b", FileType.FILE_TYPE_FILE);
    assertThat(Await.failure(copy("/a", "/b", PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
    Await.result(copy("/a", "/b", PutOptions.DEFAULT.withOverwrite(true)));
    assertThat(namespace.at("/b").getLength()).isEqualTo(10);
  }

  @Test
  void copy_pageFails_pendingFileIsThrownAway() {
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(1));
    CompletableFuture<FileStatus> copy = holdAtClone();
    metadata.failHeld(ErrorCode.STALE_GENERATION);
    assertThat(Await.failure(copy).code()).isEqualTo(ErrorCode.STALE_GENERATION);
    assertThat(namespace.executedCount(RequestCase.ABANDON)).isEqualTo(1);
  }

  @Test
  void copy_cancelled_callUnderWayIsCancelledAndThePendingFileThrownAway() {
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(1));
    CompletableFuture<FileStatus> copy = holdAtClone();
    copy.cancel(false);
    assertThat(metadata.heldCount()).isEqualTo(1);
    metadata.release();
    assertThat(namespace.executedCount(RequestCase.CLONE)).isZero();
    assertThat(namespace.executedCount(RequestCase.ABANDON)).isEqualTo(1);
  }

  /** Starts a copy whose first page does not come. */
  private CompletableFuture<FileStatus> holdAtClone() {
    metadata.holdFrom(RequestCase.CLONE);
    CompletableFuture<FileStatus> copy = copy("/a", "/b", PutOptions.DEFAULT);
    List<RequestCase> asked =
        metadata.requests().stream().map(NamespaceRequest::getRequestCase).toList();
    assertThat(asked).containsExactly(RequestCase.STAT, RequestCase.CREATE_FILE, RequestCase.CLONE);
    return copy;
  }

  private CompletableFuture<FileStatus> copy(
      String source, String destination, PutOptions options) {
    CopyOperation copy = new CopyOperation(resources.get(), metadata, source, destination, options);
    copy.start();
    return copy.result();
  }

  private static Extent[] extents(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Extent.newBuilder()
                    .setFileOffset(10L * i)
                    .setLength(10)
                    .setChunkId(1_000 + i)
                    .build())
        .toArray(Extent[]::new);
  }
}
