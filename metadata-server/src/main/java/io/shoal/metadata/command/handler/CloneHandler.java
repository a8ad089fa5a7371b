package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.command.NamespaceCommand.Clone;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.ExtentTable;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeRow;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.NamespaceQueries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Copies a page of a file's map: chunks gain references, no byte moves. */
final class CloneHandler {
  private CloneHandler() {}

  static Reply cloneExtents(Context context, Clone command) {
    int limit = command.extentLimit();
    if (limit < 1 || limit > NamespaceQueries.PAGE_LIMIT) {
      throw Refusal.invalid(
          "", "limit: " + limit + " (expected: 1 to " + NamespaceQueries.PAGE_LIMIT + ")");
    }
    InodeRow source = source(context, command.source());
    InodeRow destination = Inodes.findFile(context, command.destination());
    if (source.inodeId().equals(destination.inodeId())) {
      throw Refusal.invalid("inode " + source.inodeId(), "source and destination are the same");
    }
    List<Extent> page = page(context, source, command.fileOffset(), limit);
    if (page.isEmpty()) {
      return new Reply.Cloned(destination.status(), source.status().length());
    }
    long shift = destination.status().length() - command.fileOffset();
    List<Extent> shifted = new ArrayList<>(page.size());
    for (Extent extent : page) {
      shifted.add(
          new Extent(
              extent.fileOffset() + shift,
              extent.length(),
              extent.chunkId(),
              extent.chunkOffset()));
    }
    Appender.Appended appended = Appender.append(context.state(), destination, shifted);
    addReferences(context, destination, appended.references());
    FileStatus grown = destination.status().resized(appended.length()).modifiedAt(context.now());
    InodeTable.replace(context.state(), destination, destination.withStatus(grown));
    return new Reply.Cloned(grown, page.get(page.size() - 1).fileEnd());
  }

  private static InodeRow source(Context context, InodeVersion version) {
    InodeRow row = Inodes.find(context, version.inodeId());
    String subject = "inode " + version.inodeId();
    if (row.isDirectory()) {
      throw Refusal.isDirectory(subject);
    }
    // Rule R2: appending does not hurt, altering does.
    if (row.alteredGeneration() > version.generation()) {
      throw new ShoalException(
          ErrorCode.GENERATION_GONE,
          subject,
          "generation " + row.alteredGeneration() + " altered bytes of " + version.generation());
    }
    return row;
  }

  private static List<Extent> page(Context context, InodeRow source, long offset, int limit) {
    if (offset < 0 || offset > source.status().length()) {
      throw Refusal.invalid(
          "inode " + source.inodeId(),
          "offset: " + offset + " (expected: 0 to " + source.status().length() + ")");
    }
    List<Extent> page = ExtentTable.page(context.state(), source.inodeId(), offset, limit);
    if (!page.isEmpty() && page.get(0).fileOffset() != offset) {
      throw Refusal.invalid(
          "inode " + source.inodeId(),
          "offset: "
              + offset
              + " (expected: where an extent begins, such as "
              + page.get(0).fileOffset()
              + ")");
    }
    return page;
  }

  private static void addReferences(
      Context context, InodeRow destination, Map<ChunkId, Integer> references) {
    int replication = destination.status().policy().replication();
    references.forEach(
        (chunkId, added) -> {
          ChunkRow before = ChunkTable.require(context.state(), chunkId);
          ChunkRow after = before.referenced(before.references() + added, replication);
          ChunkTable.change(context.state(), chunkId, before, after);
        });
  }
}
