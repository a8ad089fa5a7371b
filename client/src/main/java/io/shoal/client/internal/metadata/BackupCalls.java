package io.shoal.client.internal.metadata;

import io.shoal.client.MetadataBackup;
import io.shoal.client.internal.pipeline.ConnectedServer;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.SnapshotDownload;
import io.shoal.common.time.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Fetches backups of the metadata from the server that leads. */
final class BackupCalls {
  private final ClusterCalls cluster;
  private final ClientEnvironment environment;

  BackupCalls(ClusterCalls cluster, ClientEnvironment environment) {
    this.cluster = cluster;
    this.environment = environment;
  }

  /** Fetches one, with a thread that writes it. */
  CompletableFuture<MetadataBackup> backup(
      Path directory, ClusterSecret secret, Deadline deadline) {
    if (directory.getFileName() == null || Files.exists(directory)) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.ALREADY_EXISTS,
              directory.toString(),
              "is there already (expected: the name of a directory to be made)"));
    }
    return cluster.call(
        "back up the metadata",
        deadline,
        (server, answer) -> fetch(server, directory, secret, answer));
  }

  private void fetch(
      ConnectedServer server,
      Path directory,
      ClusterSecret secret,
      CompletableFuture<MetadataBackup> answer) {
    ExecutorService writing =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "metadata-backup"));
    SnapshotDownload<MetadataBackup> download =
        new SnapshotDownload<>(
            new SnapshotDownload.Question(server.server(), server.channel(), secret, true),
            new BackupTarget(directory),
            writing,
            environment.timer());
    Listening.to(
        answer,
        (made, failure) -> {
          if (answer.isCancelled()) {
            download.fail(
                new ShoalException(ErrorCode.CANCELLED, "", "nobody waits for the backup"));
          }
        });
    Listening.to(
        download.begin(),
        (made, failure) -> {
          writing.shutdown();
          if (failure == null) {
            answer.complete(made);
          } else {
            cluster.fail(server, ShoalException.of(failure), answer);
          }
        });
  }
}
