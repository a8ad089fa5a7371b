package io.shoal.metadata.command;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.NodeRecord;
import java.util.List;

/**
 * Commands of the leader about replicas: which of them count, and where new ones came to be.
 * Without a stamp. What they rest on was found out before and may have changed since, so apply
 * checks it again.
 */
public sealed interface RepairCommand extends Command {
  /** The shortest time for which a node may be in maintenance. */
  long SHORTEST_MAINTENANCE_MILLIS = 1_000;

  /** The longest one: whoever is away for longer is to be decommissioned. */
  long LONGEST_MAINTENANCE_MILLIS = 24 * 60 * 60 * 1_000L;

  /**
   * Records that a node was silent for so long that its replicas count as lost, until it registers
   * again. Answered by {@link Reply.Done}.
   */
  record DeclareDead(NodeId nodeId) implements RepairCommand {}

  /**
   * Records what an operator decided about a node. Answered by {@link Reply.Done}; rule P6: refused
   * with NOT_EMPTY for {@code DECOMMISSIONED} while anything of the node is on record.
   */
  record SetAdminState(NodeId nodeId, NodeRecord.AdminState adminState) implements RepairCommand {}

  /**
   * Records that a node may be away for some time: it gets no new chunks, and is not declared dead.
   * Given again, the time counts anew. Answered by {@link Reply.Done}; refused with FENCED for a
   * node that is dead or leaves.
   *
   * @param lengthMillis from {@code now} on, {@link #SHORTEST_MAINTENANCE_MILLIS} to {@link
   *     #LONGEST_MAINTENANCE_MILLIS}
   */
  record StartMaintenance(NodeId nodeId, long lengthMillis) implements RepairCommand {}

  /**
   * Lets a node take part again whose maintenance is over. Rule T1: refused with FENCED before
   * {@code now} is beyond its end. Answered by {@link Reply.Done}, also if it is in none.
   */
  record EndMaintenance(NodeId nodeId) implements RepairCommand {}

  /**
   * Takes replicas out of the count: all of a node that is dead or being emptied, and those on
   * fenced volumes. Answered by {@link Reply.Progress}.
   *
   * @param unitLimit most replicas, up to {@link MaintenanceCommand#UNIT_LIMIT}
   */
  record UncountReplicas(NodeId nodeId, int unitLimit) implements RepairCommand {}

  /**
   * Records what a node has found out about its replicas. Rule P5: each finding holds only for the
   * composition of holders that it was asked about. Answered by {@link Reply.Progress}.
   *
   * @param findings at most {@link MaintenanceCommand#UNIT_LIMIT}
   */
  record RecordFindings(NodeId nodeId, List<Finding> findings) implements RepairCommand {
    public RecordFindings {
      findings = List.copyOf(findings);
    }
  }

  /**
   * What a node has found out about its replica of a chunk.
   *
   * @param changes of the holders when the node was asked
   */
  record Finding(ChunkId chunkId, long changes, Verdict verdict) {}

  /** How a replica is. */
  enum Verdict {
    /** It is there, with all bytes that were committed. */
    INTACT(1),

    /** All volumes of the node are there, and none has it. */
    MISSING(2),

    /** It is there, and its bytes are fewer than were committed, or others. */
    DAMAGED(3),

    /** A volume of the node that may have it can't be asked. */
    UNREACHABLE(4);

    private final int number;

    Verdict(int number) {
      this.number = number;
    }

    /** Returns the number by which it is logged. */
    public int number() {
      return number;
    }

    /** Returns the verdict that is logged by a number. */
    public static Verdict ofNumber(int number) {
      for (Verdict verdict : values()) {
        if (verdict.number == number) {
          return verdict;
        }
      }
      throw new IllegalArgumentException("verdict: " + number + " (expected: 1 to 4)");
    }
  }

  /**
   * Records a copy that a node has made. Rule P3: refused unless the chunk is live, sealed and has
   * this content, the node takes chunks, and the copy's grant has not expired at {@code now}.
   * Answered by {@link Reply.Done}.
   *
   * @param length bytes that are durable on the node
   * @param crc32c CRC32C of them
   * @param expiresAtMillis last moment of the grant under which the copy was made
   */
  record AddReplica(ChunkId chunkId, Replica replica, int length, int crc32c, long expiresAtMillis)
      implements RepairCommand {}

  /**
   * Marks a replica that is needed no more, to be deleted. Rule P4: refused unless as many others
   * count as there should be, on nodes that are not in maintenance, and each was read and found
   * whole since the holders changed last. Answered by {@link Reply.Done}.
   *
   * @param changes of the holders before the others were read
   * @param verified the nodes whose replicas were read and found whole
   */
  record RemoveReplica(ChunkId chunkId, NodeId nodeId, long changes, List<NodeId> verified)
      implements RepairCommand {
    public RemoveReplica {
      verified = List.copyOf(verified);
    }
  }
}
