package io.shoal.metadata.rpc.replication;

import io.grpc.ManagedChannel;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.rpc.SnapshotDownload;
import io.shoal.common.snapshot.IncomingFiles;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.snapshot.IncomingSnapshot;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSource;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.store.LogPosition;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches snapshots of other metadata servers, and writes them with a thread of its own. */
public final class SnapshotFetcher implements SnapshotSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetcher.class);
  private static final int CLOSE_SECONDS = 10;

  private final EventLoops loops;
  private final RpcSettings rpc;
  private final ClusterSecret secret;
  private final Timer timer;
  private final Set<SnapshotDownload<Snapshot>> underWay = ConcurrentHashMap.newKeySet();
  private final ExecutorService writing =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "snapshot-receive"));

  /** Makes it; the loops and the timer must outlive it. */
  public SnapshotFetcher(EventLoops loops, RpcSettings rpc, ClusterSecret secret, Timer timer) {
    this.loops = loops;
    this.rpc = rpc;
    this.secret = secret;
    this.timer = timer;
  }

  @Override
  public CompletableFuture<Snapshot> fetch(String server, Snapshots target) {
    HostPort address;
    try {
      address = HostPort.parse(server);
    } catch (IllegalArgumentException unknown) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.UNAVAILABLE,
              server,
              "'" + server + "' is no address of a leader",
              unknown));
    }
    ManagedChannel channel = RpcChannels.open(address, loops, rpc);
    SnapshotDownload<Snapshot> download =
        new SnapshotDownload<>(
            new SnapshotDownload.Question(address, channel, secret, false),
            new Incoming(target),
            writing,
            timer);
    underWay.add(download);
    return download
        .begin()
        .whenComplete(
            (snapshot, failure) -> {
              underWay.remove(download);
              channel.shutdownNow();
            })
        .copy();
  }

  /** Ends; what is being fetched fails. Blocks until nothing is written any more. */
  @Override
  public void close() {
    underWay.forEach(
        download ->
            download.fail(
                new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server shuts down")));
    writing.shutdown();
    try {
      if (!writing.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A piece of a snapshot is still being written; does the disk hang?");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Among the snapshots of this server. */
  private static final class Incoming implements SnapshotDownload.Target<Snapshot> {
    private final Snapshots snapshots;
    private @Nullable IncomingSnapshot incoming;

    Incoming(Snapshots snapshots) {
      this.snapshots = snapshots;
    }

    @Override
    public IncomingFiles begin(long term, long index) throws IOException {
      IncomingSnapshot begun = snapshots.receive(new LogPosition(term, index));
      incoming = begun;
      return begun.files();
    }

    @Override
    public Snapshot finish() throws IOException {
      if (incoming == null) {
        throw new IllegalStateException("a snapshot that did not begin");
      }
      return incoming.finish();
    }
  }
}
