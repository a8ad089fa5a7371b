package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An inode.
 *
 * @param alteredGeneration the last generation that altered committed bytes, as appending does not.
 *     Rule R2
 */
public record InodeRow(FileStatus status, Life life, long alteredGeneration) {
  private static final int FIRST_VERSION = 1;

  /** The layout with an acknowledgement level, for files whose level is not fsync. */
  private static final int ACK_LEVEL_VERSION = 2;

  private static final int VISIBLE = 1;
  private static final int PENDING = 2;
  private static final int REMOVED = 3;

  /** Returns the inode's id. */
  public InodeId inodeId() {
    return status.inodeId();
  }

  /** Tells whether it has entries rather than bytes. */
  public boolean isDirectory() {
    return status.type() == FileType.DIRECTORY;
  }

  /** Returns the row with another status. */
  public InodeRow withStatus(FileStatus newStatus) {
    return new InodeRow(newStatus, life, alteredGeneration);
  }

  /** Returns the row with a status whose generation altered committed bytes. */
  public InodeRow altered(FileStatus newStatus) {
    return new InodeRow(newStatus, life, newStatus.generation());
  }

  /** Returns the row in another part of its life. */
  public InodeRow withLife(Life newLife) {
    return new InodeRow(status, newLife, alteredGeneration);
  }

  /** Tells whether the inode may be read by its id. Rule R2. */
  public boolean readable(long nowMillis) {
    return !(life instanceof Life.Removed removed) || nowMillis <= removed.readableUntilMillis();
  }

  byte[] encode() {
    // The first layout where it suffices: a log of an earlier version has the effects that it had.
    boolean first = status.policy().ackLevel() == AckLevel.FSYNC;
    RowWriter row =
        new RowWriter(first ? FIRST_VERSION : ACK_LEVEL_VERSION)
            .putNumber(status.type().number())
            .putNumber(status.length())
            .putNumber(status.generation())
            .putNumber(alteredGeneration)
            .putNumber(status.ownership().mode())
            .putText(status.ownership().owner())
            .putText(status.ownership().group())
            .putFixed(status.times().createdAtMillis())
            .putFixed(status.times().modifiedAtMillis())
            .putNumber(status.policy().replication())
            .putNumber(status.policy().minReplicas())
            .putNumber(status.policy().chunkSizeBytes())
            .putNumber(status.xattrs().size());
    for (Map.Entry<String, Bytes> xattr : status.xattrs().entrySet()) {
      row.putText(xattr.getKey()).putBytes(xattr.getValue());
    }
    encodeLife(row);
    if (!first) {
      row.putNumber(status.policy().ackLevel().number());
    }
    return row.toByteArray();
  }

  private void encodeLife(RowWriter row) {
    if (life instanceof Life.Pending pending) {
      row.putNumber(PENDING).putFixed(pending.sessionId().value());
    } else if (life instanceof Life.Removed removed) {
      row.putNumber(REMOVED).putFixed(removed.readableUntilMillis());
    } else {
      row.putNumber(VISIBLE);
    }
  }

  static InodeRow decode(InodeId inodeId, byte[] row) {
    RowReader fields = new RowReader("inode", row, FIRST_VERSION, ACK_LEVEL_VERSION);
    FileType type = FileType.ofNumber(fields.smallNumber());
    long length = fields.number();
    long generation = fields.number();
    long alteredGeneration = fields.number();
    FileStatus.Ownership ownership =
        new FileStatus.Ownership(fields.smallNumber(), fields.text(), fields.text());
    FileStatus.Times times = new FileStatus.Times(fields.fixed(), fields.fixed());
    int replication = fields.smallNumber();
    int minReplicas = fields.smallNumber();
    int chunkSizeBytes = fields.smallNumber();
    int count = fields.smallNumber();
    SortedMap<String, Bytes> xattrs = count == 0 ? Collections.emptySortedMap() : new TreeMap<>();
    for (int i = 0; i < count; i++) {
      xattrs.put(fields.text(), fields.bytes());
    }
    Life life = decodeLife(fields);
    AckLevel ackLevel =
        fields.version() >= ACK_LEVEL_VERSION
            ? AckLevel.ofNumber(fields.smallNumber())
            : AckLevel.FSYNC;
    fields.end();
    FilePolicy policy = new FilePolicy(replication, minReplicas, chunkSizeBytes, ackLevel);
    FileStatus status =
        new FileStatus(inodeId, type, length, generation, ownership, times, policy, xattrs);
    return new InodeRow(status, life, alteredGeneration);
  }

  private static Life decodeLife(RowReader fields) {
    int kind = fields.smallNumber();
    return switch (kind) {
      case VISIBLE -> Life.VISIBLE;
      case PENDING -> new Life.Pending(new SessionId(fields.fixed()));
      case REMOVED -> new Life.Removed(fields.fixed());
      default -> throw new IllegalStateException("life: " + kind + " (expected: 1 to 3)");
    };
  }
}
