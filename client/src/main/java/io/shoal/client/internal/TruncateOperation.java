package io.shoal.client.internal;

import static io.shoal.client.internal.metadata.ProtoMapping.targetOf;

import io.shoal.client.FileStatus;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.Target;
import io.shoal.proto.v1.TruncateRequest;

/**
 * Cuts bytes off the end of a file, as many calls as it takes: each takes a bounded number of
 * extents. From the second on it goes by the inode, so that a file which takes the path meanwhile
 * is left alone.
 */
final class TruncateOperation extends SteppedOperation<FileStatus> {
  private final ClientResources resources;
  private final MetadataCalls metadata;
  private final String path;
  private final long lengthBytes;

  TruncateOperation(
      ClientResources resources, MetadataCalls metadata, String path, long lengthBytes) {
    this.resources = resources;
    this.metadata = metadata;
    this.path = path;
    this.lengthBytes = lengthBytes;
  }

  void start() {
    if (lengthBytes < 0) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path, "length: " + lengthBytes + " (expected: >= 0)");
    }
    cut(targetOf(path), Long.MAX_VALUE);
  }

  private void cut(Target target, long lengthBefore) {
    TruncateRequest request =
        TruncateRequest.newBuilder().setTarget(target).setLength(lengthBytes).build();
    then(
        metadata.truncate(request, resources.metadataDeadline()),
        reply -> onShorter(reply.getStatus(), lengthBefore));
  }

  private void onShorter(io.shoal.proto.v1.FileStatus status, long lengthBefore) {
    if (status.getLength() == lengthBytes) {
      finish(ProtoMapping.statusOf(path, status));
    } else if (status.getLength() < lengthBytes || status.getLength() >= lengthBefore) {
      throw new ShoalException(
          ErrorCode.INTERNAL,
          path,
          "length after a cut: %d (expected: %d, or less than %d)"
              .formatted(status.getLength(), lengthBytes, lengthBefore));
    } else {
      cut(Target.newBuilder().setInodeId(status.getInodeId()).build(), status.getLength());
    }
  }
}
