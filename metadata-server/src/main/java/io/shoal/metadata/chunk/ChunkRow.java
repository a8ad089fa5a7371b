package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of a chunk.
 *
 * @param content what is committed. Rule C1: the checksum belongs here, not to extents
 * @param references how many extents name the chunk
 * @param redundancy how many replicas it should have
 * @param origin under which grant it came to be
 * @param holders who has it
 * @param garbageAtMillis when the last reference went; 0 while it is live
 */
public record ChunkRow(
    ChunkState state,
    Content content,
    long references,
    Redundancy redundancy,
    Origin origin,
    Holders holders,
    long garbageAtMillis) {
  /** The layout of a row whose replicas all count, and always have. */
  private static final int FIRST_VERSION = 1;

  /** The layout with uncounted replicas at its end. */
  private static final int HOLDERS_VERSION = 2;

  /**
   * The bytes of a chunk.
   *
   * @param length committed bytes
   * @param crc32c CRC32C of [0, length)
   */
  public record Content(int length, int crc32c) {}

  /** How a chunk is spread. */
  public record Redundancy(Layout layout, int replication) {}

  /**
   * Where a chunk comes from.
   *
   * @param sessionId who writes it
   * @param inodeId the file that it was written for: the only one that may lengthen it
   * @param grantExpiresAtMillis last moment at which it may be written
   */
  public record Origin(SessionId sessionId, InodeId inodeId, long grantExpiresAtMillis) {}

  /** Returns the replicas that count. */
  public List<Replica> replicas() {
    return holders.counted();
  }

  /** Returns the row with other content and replicas, sealed or still open. */
  public ChunkRow committed(Content newContent, List<Replica> newReplicas, boolean seal) {
    ChunkState newState = seal ? ChunkState.SEALED : state;
    return new ChunkRow(
        newState,
        newContent,
        references,
        redundancy,
        origin,
        holders.committed(newReplicas),
        garbageAtMillis);
  }

  /** Returns the row with other holders. */
  public ChunkRow heldBy(Holders newHolders) {
    return new ChunkRow(
        state, content, references, redundancy, origin, newHolders, garbageAtMillis);
  }

  /** Returns the row with another number of references, and a replication not below another. */
  public ChunkRow referenced(long newReferences, int replicationAtLeast) {
    Redundancy raised =
        new Redundancy(redundancy.layout(), Math.max(redundancy.replication(), replicationAtLeast));
    return new ChunkRow(state, content, newReferences, raised, origin, holders, garbageAtMillis);
  }

  /** Returns the row of the chunk with a final length. */
  public ChunkRow sealed() {
    return new ChunkRow(
        ChunkState.SEALED, content, references, redundancy, origin, holders, garbageAtMillis);
  }

  /** Returns the row of the chunk without references. */
  public ChunkRow unreferenced(long nowMillis) {
    return new ChunkRow(
        ChunkState.GARBAGE, content, 0, redundancy, origin, Holders.of(holders.all()), nowMillis);
  }

  /** Returns the row of a garbage chunk with fewer replicas; a tombstone when none is left. */
  public ChunkRow remaining(List<Replica> left) {
    ChunkState newState = left.isEmpty() ? ChunkState.TOMBSTONE : state;
    return new ChunkRow(
        newState, content, references, redundancy, origin, Holders.of(left), garbageAtMillis);
  }

  /** Returns how many replicas are missing of those that it should have. */
  public int missing() {
    return Math.max(0, redundancy.replication() - replicas().size());
  }

  /**
   * Tells whether it has all replicas that it should have and more beside them, counted or not,
   * which are not being deleted yet.
   */
  public boolean surplus() {
    return missing() == 0
        && (replicas().size() > redundancy.replication()
            || holders.uncounted().stream()
                .anyMatch(other -> other.state() != UncountedReplica.State.DELETING));
  }

  /** Returns what a reader needs to know. */
  public ChunkLocation toLocation(ChunkId chunkId) {
    return new ChunkLocation(
        chunkId,
        content.length(),
        redundancy.layout(),
        holders.readable(),
        replicas().size(),
        holders.count(UncountedReplica.State.LOST),
        holders.count(UncountedReplica.State.LEAVING),
        holders.count(UncountedReplica.State.DAMAGED),
        redundancy.replication(),
        state != ChunkState.OPEN);
  }

  byte[] encode() {
    // The first layout where it suffices: a log of an earlier version has the effects that it had.
    boolean first = holders.changes() == 0 && holders.uncounted().isEmpty();
    RowWriter row =
        new RowWriter(first ? FIRST_VERSION : HOLDERS_VERSION)
            .putNumber(state.number())
            .putNumber(content.length())
            .putFixed(Integer.toUnsignedLong(content.crc32c()))
            .putNumber(references)
            .putNumber(redundancy.layout().number())
            .putNumber(redundancy.replication())
            .putFixed(origin.sessionId().value())
            .putFixed(origin.inodeId().value())
            .putFixed(origin.grantExpiresAtMillis())
            .putFixed(garbageAtMillis)
            .putNumber(replicas().size());
    for (Replica replica : replicas()) {
      row.putNumber(replica.nodeId().value()).putNumber(replica.volume());
    }
    if (!first) {
      row.putNumber(holders.changes()).putNumber(holders.uncounted().size());
      for (UncountedReplica other : holders.uncounted()) {
        row.putNumber(other.nodeId().value())
            .putNumber(other.replica().volume())
            .putNumber(other.state().number())
            .putFixed(other.sinceMillis());
      }
    }
    return row.toByteArray();
  }

  static ChunkRow decode(byte[] row) {
    RowReader fields = new RowReader("chunk", row, FIRST_VERSION, HOLDERS_VERSION);
    ChunkState state = ChunkState.ofNumber(fields.smallNumber());
    Content content = new Content(fields.smallNumber(), (int) fields.fixed());
    long references = fields.number();
    Redundancy redundancy =
        new Redundancy(Layout.ofNumber(fields.smallNumber()), fields.smallNumber());
    Origin origin =
        new Origin(new SessionId(fields.fixed()), new InodeId(fields.fixed()), fields.fixed());
    long garbageAtMillis = fields.fixed();
    int count = fields.smallNumber();
    List<Replica> replicas = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      replicas.add(replica(fields));
    }
    Holders holders =
        fields.version() >= HOLDERS_VERSION ? holders(replicas, fields) : Holders.of(replicas);
    fields.end();
    return new ChunkRow(state, content, references, redundancy, origin, holders, garbageAtMillis);
  }

  private static Holders holders(List<Replica> counted, RowReader fields) {
    long changes = fields.number();
    int count = fields.smallNumber();
    List<UncountedReplica> uncounted = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      uncounted.add(
          new UncountedReplica(
              replica(fields),
              UncountedReplica.State.ofNumber(fields.smallNumber()),
              fields.fixed()));
    }
    return new Holders(counted, uncounted, changes);
  }

  private static Replica replica(RowReader fields) {
    return new Replica(new NodeId(fields.smallNumber()), fields.smallNumber());
  }
}
