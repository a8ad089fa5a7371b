package io.shoal.metadata.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.chunk.ChunkLocation;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.namespace.EntryTable.Named;
import io.shoal.metadata.store.StateReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads of the namespace. A page costs memory for itself only, however large the file or directory.
 *
 * @param reader must not change while a query runs
 */
public record NamespaceQueries(StateReader reader) {
  /** Most extents or entries in a page. */
  public static final int PAGE_LIMIT = 4_096;

  /** Bytes of inodes' rows that end a page of a directory. */
  private static final int LIST_BYTES = 1 << 20;

  /**
   * What {@code stat} tells.
   *
   * @param copies {@link Copies#NONE} unless it was asked for
   */
  public record Stat(FileStatus status, Copies copies) {}

  /**
   * How well a file's bytes are covered.
   *
   * @param fewest the fewest replicas that any of its chunks has; 0 if it has no bytes
   * @param extentCount rows of its map
   */
  public record Copies(int fewest, long extentCount) {
    /** Of what has no bytes, or was not asked. */
    public static final Copies NONE = new Copies(0, 0);
  }

  /** What a reader needs to begin. */
  public record Opened(FileStatus status, ExtentPage first) {}

  /**
   * Returns what is known of a file or directory; NOT_FOUND if there is none.
   *
   * @param withCopies also find out how many copies each byte has; walks the file's map
   */
  public Stat stat(Target target, boolean withCopies) {
    InodeRow row = resolve(target);
    boolean walk = withCopies && !row.isDirectory();
    return new Stat(row.status(), walk ? copies(row.inodeId()) : Copies.NONE);
  }

  private Copies copies(InodeId inodeId) {
    int[] fewest = {Integer.MAX_VALUE};
    long[] count = {0};
    ExtentTable.forEach(
        reader,
        inodeId,
        extent -> {
          int replicas = ChunkTable.require(reader, extent.chunkId()).replicas().size();
          fewest[0] = Math.min(fewest[0], replicas);
          count[0]++;
        });
    return count[0] == 0 ? Copies.NONE : new Copies(fewest[0], count[0]);
  }

  /** Returns a file's status and a page of its map; IS_A_DIRECTORY for a directory. */
  public Opened open(Target target, long fileOffset, int extentLimit) {
    InodeRow row = resolve(target);
    requireFile(row, target.toString());
    return new Opened(row.status(), page(row, fileOffset, extentLimit));
  }

  /**
   * Returns a page of a file's map, from the extent on that holds a byte. Rule R2: GENERATION_GONE
   * if committed bytes were altered since the generation, or if the file was removed and its grace
   * period has passed.
   */
  public ExtentPage extents(InodeVersion version, long fileOffset, int limit) {
    InodeRow row = InodeTable.find(reader, version.inodeId());
    String subject = "inode " + version.inodeId();
    if (row == null || !row.readable(SystemTable.now(reader))) {
      throw new ShoalException(
          ErrorCode.GENERATION_GONE, subject, "the file was removed, and its grace has passed");
    }
    requireFile(row, subject);
    if (row.alteredGeneration() > version.generation()) {
      throw new ShoalException(
          ErrorCode.GENERATION_GONE,
          subject,
          "generation " + row.alteredGeneration() + " altered bytes of " + version.generation());
    }
    return page(row, fileOffset, limit);
  }

  private ExtentPage page(InodeRow row, long fileOffset, int limit) {
    checkLimit(limit);
    if (fileOffset < 0) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "", "file offset: " + fileOffset + " (expected: >= 0)");
    }
    List<Extent> extents = ExtentTable.page(reader, row.inodeId(), fileOffset, limit);
    Map<ChunkId, ChunkLocation> chunks = new LinkedHashMap<>();
    for (Extent extent : extents) {
      chunks.computeIfAbsent(extent.chunkId(), id -> ChunkTable.require(reader, id).toLocation(id));
    }
    boolean complete =
        extents.isEmpty() || extents.get(extents.size() - 1).fileEnd() >= row.status().length();
    return new ExtentPage(extents, List.copyOf(chunks.values()), complete);
  }

  /**
   * Returns a page of a directory in the order of the names' bytes; NOT_A_DIRECTORY for a file.
   * With the entries' inodes a page ends early when their rows have {@value #LIST_BYTES} bytes.
   *
   * @param afterName only names behind this one; empty for all
   * @param withStatus also read each entry's inode
   */
  public ListPage list(Target directory, String afterName, int limit, boolean withStatus) {
    checkLimit(limit);
    InodeRow row = resolve(directory);
    if (!row.isDirectory()) {
      throw new ShoalException(
          ErrorCode.NOT_A_DIRECTORY, directory.toString(), "is a file (expected: a directory)");
    }
    List<Named> entries = EntryTable.page(reader, row.inodeId(), afterName, limit + 1);
    List<Named> listed = entries.subList(0, Math.min(limit, entries.size()));
    List<InodeRow> inodes =
        withStatus
            ? InodeTable.requireAll(
                reader, listed.stream().map(named -> named.entry().inodeId()).toList(), LIST_BYTES)
            : List.of();
    int count = withStatus ? inodes.size() : listed.size();
    List<ListPage.Item> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Named named = listed.get(i);
      FileStatus status = withStatus ? inodes.get(i).status() : null;
      items.add(
          new ListPage.Item(named.name(), named.entry().inodeId(), named.entry().type(), status));
    }
    return new ListPage(row.inodeId(), items, count == entries.size());
  }

  /** Tells whether removed inodes or tombstones are due for {@code Reclaim}. */
  public boolean reclaimDue() {
    long now = SystemTable.now(reader);
    return ExpiryIndex.anyDue(reader, ExpiryIndex.Kind.REMOVED_DIRECTORY, now)
        || ExpiryIndex.anyDue(reader, ExpiryIndex.Kind.REMOVED_FILE, now)
        || ExpiryIndex.anyDue(reader, ExpiryIndex.Kind.TOMBSTONE, now);
  }

  private InodeRow resolve(Target target) {
    if (target instanceof Target.AtPath at) {
      return InodeTable.require(reader, PathWalk.of(reader, at.path()).requireEntry().inodeId());
    }
    InodeId inodeId = ((Target.OfInode) target).inodeId();
    InodeRow row = InodeTable.find(reader, inodeId);
    if (row == null || !row.readable(SystemTable.now(reader))) {
      throw new ShoalException(
          ErrorCode.NOT_FOUND, target.toString(), "no file or directory has this inode id");
    }
    return row;
  }

  private static void requireFile(InodeRow row, String subject) {
    if (row.isDirectory()) {
      throw new ShoalException(
          ErrorCode.IS_A_DIRECTORY, subject, "is a directory (expected: a file)");
    }
  }

  private static void checkLimit(int limit) {
    if (limit < 1 || limit > PAGE_LIMIT) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "",
          "limit: " + limit + " (expected: 1 to " + PAGE_LIMIT + ")");
    }
  }
}
