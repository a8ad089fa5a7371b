package io.shoal.client.internal.metadata;

import io.shoal.client.MetadataBackup;
import io.shoal.common.rpc.SnapshotDownload;
import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.snapshot.IncomingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Where a backup of the metadata goes: a directory that has its name when all of it is there, and
 * durable. Used by one thread; blocks.
 */
final class BackupTarget implements SnapshotDownload.Target<MetadataBackup> {
  private static final String PARTIAL = ".partial";

  private final Path directory;
  private final Path partial;
  private @Nullable IncomingFiles incoming;
  private long logIndex;

  BackupTarget(Path directory) {
    this.directory = directory.toAbsolutePath();
    this.partial = this.directory.resolveSibling(directory.getFileName() + PARTIAL);
  }

  @Override
  public IncomingFiles begin(long term, long index) throws IOException {
    logIndex = index;
    IncomingFiles begun = new IncomingFiles(partial);
    incoming = begun;
    if (Files.getFileStore(partial).supportsFileAttributeView(PosixFileAttributeView.class)) {
      // It has the keys that permissions are signed with.
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwx------"));
    }
    return begun;
  }

  @Override
  public MetadataBackup finish() throws IOException {
    IncomingFiles all = incoming;
    if (all == null) {
      throw new IllegalStateException("a backup that did not begin");
    }
    all.finish();
    Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.syncParent(directory);
    return new MetadataBackup(directory, logIndex, all.bytes());
  }
}
