package io.shoal.faults.matrix;

import io.shoal.faults.bed.FailingCalls.Call;
import io.shoal.faults.bed.FailingCalls.Errno;
import io.shoal.faults.matrix.Row.Failures;
import java.util.List;

/** All rows of the matrix. */
public final class Rows {
  private Rows() {}

  /**
   * Returns the rows in the order in which they run.
   *
   * @param metadataServers of several, the loss of one must not be noticed
   */
  public static List<Row> all(int metadataServers) {
    Failures withoutLeader = metadataServers > 1 ? Failures.NONE : Failures.TYPED;
    return List.of(
        new Row(
            "kill-node",
            "kill -9 of a storage node, and its return",
            Failures.NONE,
            ProcessFaults::killNode),
        new Row(
            "kill-metadata",
            "kill -9 of the metadata server that leads, and its return",
            withoutLeader,
            ProcessFaults::killMetadata),
        new Row(
            "kill-all",
            "kill -9 of all servers at once, and their return",
            Failures.TYPED,
            ProcessFaults::killAll),
        new Row(
            "power-cut",
            "all servers lose their power at once, and their disks what was not synced",
            Failures.TYPED,
            ProcessFaults::powerCut),
        new Row(
            "kill-client",
            "kill -9 of a client in the middle of its work",
            Failures.NONE,
            ProcessFaults::killClient),
        new Row(
            "stop-node",
            "SIGSTOP of a node for longer than the liveness limit",
            Failures.NONE,
            ProcessFaults::stopNode),
        new Row(
            "stop-metadata",
            "SIGSTOP of the metadata server that leads",
            withoutLeader,
            ProcessFaults::stopMetadata),
        new Row(
            "rolling-restart",
            "all servers are restarted, one by one",
            Failures.TYPED,
            ProcessFaults::rollingRestart),
        new Row(
            "cut-from-node",
            "what a node sends is lost, what is sent to it arrives",
            Failures.NONE,
            NetworkFaults::cutFromNode),
        new Row(
            "cut-to-node",
            "what is sent to a node is lost, what it sends arrives",
            Failures.NONE,
            NetworkFaults::cutToNode),
        new Row(
            "cut-node",
            "a node is cut off for longer than the liveness limit",
            Failures.NONE,
            NetworkFaults::cutNode),
        new Row(
            "cut-metadata",
            "the metadata server that leads is cut off from everybody",
            withoutLeader,
            NetworkFaults::cutMetadata),
        new Row(
            "lost-answers",
            "the metadata server does what it is asked, and its connections break as it answers",
            Failures.NONE,
            NetworkFaults::lostAnswers),
        new Row(
            "cut-from-leader",
            "nodes and metadata server are cut, clients reach both",
            Failures.NO_NODES,
            NetworkFaults::cutNodesFromMetadata),
        new Row(
            "flapping",
            "the line to a node comes and goes",
            Failures.NONE,
            NetworkFaults::flapping),
        new Row("loss", "5 % of all packets are lost", Failures.NONE, NetworkFaults::loss),
        new Row(
            "bad-line",
            "answers of a node are 600 ms late, and packets out of order and doubled",
            Failures.NONE,
            NetworkFaults::badLine),
        new Row(
            "full-disk",
            "the disk of a volume becomes full, and has room again",
            Failures.NONE,
            DiskFaults::fullDisk),
        new Row(
            "flip-chunks",
            "bits are flipped in chunk files of a node",
            Failures.NONE,
            DiskFaults::flipChunks),
        new Row(
            "truncate-chunks",
            "chunk files of a node lose their end, or everything",
            Failures.NONE,
            DiskFaults::truncateChunks),
        new Row(
            "flip-index",
            "bits are flipped in RocksDB files of a volume",
            Failures.NONE,
            DiskFaults::flipIndex),
        new Row(
            "flip-log",
            "bits are flipped in the write-ahead log of a volume",
            Failures.NONE,
            DiskFaults::flipLog),
        new Row(
            "delete-volume",
            "a whole volume is deleted under a running node",
            Failures.NONE,
            DiskFaults::deleteVolume),
        new Row(
            "clock",
            "the clocks of a node and of the metadata server jump by an hour, forward and back",
            Failures.NONE,
            ProcessFaults::clock),
        new Row(
            "eio-write",
            "writes of a node fail with EIO",
            Failures.NONE,
            stage -> DiskFaults.failingCalls(stage, Call.WRITE, Errno.EIO)),
        new Row(
            "eio-fsync",
            "fsyncs of a node fail with EIO",
            Failures.NONE,
            stage -> DiskFaults.failingCalls(stage, Call.FSYNC, Errno.EIO)),
        new Row(
            "enospc-write",
            "writes of a node fail with ENOSPC",
            Failures.NONE,
            stage -> DiskFaults.failingCalls(stage, Call.WRITE, Errno.ENOSPC)),
        new Row(
            "eio-read",
            "reads of a node fail with EIO",
            Failures.NONE,
            stage -> DiskFaults.failingCalls(stage, Call.READ, Errno.EIO)),
        new Row(
            "kill-repairing-leader",
            "the metadata server is killed while it repairs",
            withoutLeader,
            ProcessFaults::killRepairingLeader));
  }
}
