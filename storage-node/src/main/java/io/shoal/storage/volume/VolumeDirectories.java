package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.io.Disk;
import io.shoal.storage.io.LocalDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data directories of a node, locked by this process, before anything in them is used. First
 * step of a start: it tells who the node is, so that it can register; then {@link VolumeSet#open}
 * makes blank ones volumes and opens all.
 */
public final class VolumeDirectories implements AutoCloseable {
  private final List<DataDirectory> directories;
  private final @Nullable NodeIdentity identity;

  private VolumeDirectories(List<DataDirectory> directories, @Nullable NodeIdentity identity) {
    this.directories = List.copyOf(directories);
    this.identity = identity;
  }

  /**
   * Locks data directories; those that do not exist are created. Blocks.
   *
   * @param paths at least one
   * @throws ShoalException {@code UNAVAILABLE} if another process uses one of them; {@code
   *     INVALID_ARGUMENT} if one is named twice, belongs to another cluster or node than the
   *     others, is not empty and no volume either, or can't be read. Nothing stays locked then
   */
  public static VolumeDirectories claim(List<Path> paths) {
    return claim(paths, LocalDisk::at);
  }

  /** Opens the disk of a directory. */
  interface DiskOpener {
    Disk open(Path directory) throws IOException;
  }

  static VolumeDirectories claim(List<Path> paths, DiskOpener disks) {
    if (paths.isEmpty()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "", "data directories: none (expected: at least one)");
    }
    List<DataDirectory> claimed = new ArrayList<>();
    try {
      for (Path path : paths) {
        claimed.add(DataDirectory.claim(path, open(path, disks)));
      }
      return new VolumeDirectories(claimed, commonOwner(claimed));
    } catch (ShoalException refused) {
      claimed.forEach(DataDirectory::close);
      throw refused;
    }
  }

  /**
   * Returns whom the directories belong to; empty if all of them are blank: the node never
   * registered.
   */
  public Optional<NodeIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  /**
   * Gives the directories back. Not to be called once they were handed to {@link VolumeSet#open}.
   */
  @Override
  public void close() {
    directories.forEach(DataDirectory::close);
  }

  List<DataDirectory> directories() {
    return directories;
  }

  private static Disk open(Path path, DiskOpener disks) {
    try {
      return disks.open(path);
    } catch (IOException failure) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          path.toString(),
          "can't be used as data directory: " + failure,
          failure);
    }
  }

  private static @Nullable NodeIdentity commonOwner(List<DataDirectory> claimed) {
    NodeIdentity owner = null;
    Map<VolumeId, Path> volumes = new HashMap<>();
    for (DataDirectory directory : claimed) {
      VolumeIdentity found = directory.identity();
      if (found == null) {
        continue;
      }
      if (owner != null && !owner.equals(found.owner())) {
        throw foreign(directory, found.owner(), owner);
      }
      owner = found.owner();
      Path other = volumes.put(found.volume(), directory.path());
      if (other != null) {
        throw sameVolume(directory, found.volume(), other);
      }
    }
    return owner;
  }

  static ShoalException sameVolume(DataDirectory directory, VolumeId volume, Path other) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        directory.path().toString(),
        "is volume "
            + volume
            + ", as is "
            + other
            + " (expected: each volume once; is one a copy?)");
  }

  /**
   * Checks that the directories belong to a node, or to nobody yet.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if one belongs to somebody else
   */
  void checkOwner(NodeIdentity owner) {
    for (DataDirectory directory : directories) {
      VolumeIdentity found = directory.identity();
      if (found != null && !found.owner().equals(owner)) {
        throw foreign(directory, found.owner(), owner);
      }
    }
  }

  /**
   * Returns the highest number that a volume of the node ever had, as far as they know.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if one can't be read
   */
  int highestVolumeId() {
    int highest = 0;
    for (DataDirectory directory : directories) {
      try {
        highest = Math.max(highest, directory.highestVolumeId());
      } catch (IOException failure) {
        throw new ShoalException(
            ErrorCode.INVALID_ARGUMENT,
            directory.path().toString(),
            "can't be used as data directory: " + failure.getMessage(),
            failure);
      }
    }
    return highest;
  }

  private static ShoalException foreign(
      DataDirectory directory, NodeIdentity actual, NodeIdentity expected) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        directory.path().toString(),
        String.format(
            "belongs to cluster %s, node %s (expected: cluster %s, node %s)",
            actual.clusterId(), actual.nodeUuid(), expected.clusterId(), expected.nodeUuid()));
  }
}
