package io.shoal.client.internal.simulation;

import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.FilePolicy;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.FileType;
import java.util.ArrayList;
import java.util.List;

/** An inode. */
final class SimulatedFile {
  private final long inodeId;
  private final FilePolicy policy;
  private final List<Extent> extents = new ArrayList<>();
  private Attributes attributes;
  private long generation = 1;

  SimulatedFile(long inodeId, FilePolicy policy, Attributes attributes) {
    this.inodeId = inodeId;
    this.policy = policy;
    this.attributes = attributes;
  }

  long inodeId() {
    return inodeId;
  }

  FilePolicy policy() {
    return policy;
  }

  List<Extent> extents() {
    return extents;
  }

  long generation() {
    return generation;
  }

  void raiseGeneration() {
    generation++;
  }

  void apply(Attributes change) {
    attributes = attributes.toBuilder().mergeFrom(change).build();
  }

  long length() {
    if (extents.isEmpty()) {
      return 0;
    }
    Extent last = extents.get(extents.size() - 1);
    return last.getFileOffset() + last.getLength();
  }

  FileStatus status() {
    return FileStatus.newBuilder()
        .setInodeId(inodeId)
        .setType(FileType.FILE_TYPE_FILE)
        .setLength(length())
        .setGeneration(generation)
        .setMode(attributes.getMode())
        .setModifiedAtMillis(attributes.getModifiedAtMillis())
        .setPolicy(policy)
        .build();
  }
}
