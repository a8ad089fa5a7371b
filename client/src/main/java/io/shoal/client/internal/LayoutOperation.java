package io.shoal.client.internal;

import static io.shoal.client.internal.metadata.ProtoMapping.targetOf;

import io.shoal.client.FileLayout;
import io.shoal.client.FileLayout.ExtentLocation;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.ExtentsRequest;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.OpenRequest;
import io.shoal.proto.v1.StatRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over a file's map, page by page, in the generation that it has when the walk begins; begins
 * anew when the file is altered meanwhile (rule R2).
 */
final class LayoutOperation extends SteppedOperation<FileLayout> {
  private static final int PAGE_EXTENTS = 4_096;

  /** A layout is one object in memory: beyond it, it is refused. Some 16 TiB of full chunks. */
  private static final int EXTENT_LIMIT = 1 << 20;

  private static final int ATTEMPTS = 5;

  private final ClientResources resources;
  private final MetadataCalls metadata;
  private final String path;

  private final List<ExtentLocation> extents = new ArrayList<>();
  private int attempts;

  LayoutOperation(ClientResources resources, MetadataCalls metadata, String path) {
    this.resources = resources;
    this.metadata = metadata;
    this.path = path;
  }

  void start() {
    attempts++;
    extents.clear();
    OpenRequest request =
        OpenRequest.newBuilder().setTarget(targetOf(path)).setExtentLimit(PAGE_EXTENTS).build();
    then(metadata.open(request, resources.metadataDeadline()), this::onOpened);
  }

  private void onOpened(OpenReply reply) {
    onPage(reply.getStatus(), reply.getFirst(), metadata.since(reply.getLogIndex()));
  }

  /** Takes a page, and asks for the next one those who have as much as the first server. */
  private void onPage(FileStatus status, ExtentsReply page, MetadataCalls further) {
    List<ExtentLocation> rows = ProtoMapping.extentsOf(page);
    if (extents.size() + rows.size() > EXTENT_LIMIT) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          path,
          "extents: more than " + EXTENT_LIMIT + " (expected: at most so many)");
    }
    extents.addAll(rows);
    if (page.getComplete()) {
      finish(new FileLayout(ProtoMapping.statusOf(path, status), fewestCopies(), extents));
      return;
    }
    if (rows.isEmpty()) {
      throw new ShoalException(
          ErrorCode.INTERNAL, path, "extents in the page: 0 (expected: at least 1, or the end)");
    }
    ExtentLocation last = rows.get(rows.size() - 1);
    ExtentsRequest request =
        ExtentsRequest.newBuilder()
            .setInodeId(status.getInodeId())
            .setGeneration(status.getGeneration())
            .setFileOffset(last.fileOffset() + last.length())
            .setLimit(PAGE_EXTENTS)
            .build();
    then(
        further.extents(request, resources.metadataDeadline()),
        next -> onPage(status, next, further));
  }

  private int fewestCopies() {
    return extents.stream().mapToInt(ExtentLocation::copies).min().orElse(0);
  }

  @Override
  void onFailure(ShoalException failure) {
    if (failure.code() == ErrorCode.GENERATION_GONE && attempts < ATTEMPTS) {
      start();
    } else if (failure.code() == ErrorCode.IS_A_DIRECTORY) {
      statDirectory();
    } else {
      super.onFailure(failure);
    }
  }

  private void statDirectory() {
    StatRequest request = StatRequest.newBuilder().setTarget(targetOf(path)).build();
    then(
        metadata.stat(request, resources.metadataDeadline()),
        reply ->
            finish(new FileLayout(ProtoMapping.statusOf(path, reply.getStatus()), 0, List.of())));
  }
}
