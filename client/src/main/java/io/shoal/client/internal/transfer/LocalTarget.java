package io.shoal.client.internal.transfer;

import io.netty.buffer.ByteBuf;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;

/**
 * A local file that appears complete or not at all: bytes go to a temporary one beside it, which
 * takes its place at the end. It is not synced: like any local copy it is safe once the local
 * system has written it out. Its methods wait for a disk; several threads may write at once.
 */
final class LocalTarget {
  private final Path path;
  private final boolean overwrite;
  private final Path temporary;
  private final FileChannel channel;

  private LocalTarget(Path path, boolean overwrite, Path temporary, FileChannel channel) {
    this.path = path;
    this.overwrite = overwrite;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Checks that a file may be put at a path.
   *
   * @return the path at which it will be: that behind a symbolic link
   * @throws ShoalException {@link ErrorCode#ALREADY_EXISTS}, {@link ErrorCode#IS_A_DIRECTORY} or
   *     {@link ErrorCode#INVALID_ARGUMENT} if it may not
   */
  static Path check(Path path, boolean overwrite) throws IOException {
    if (Files.isDirectory(path)) {
      throw new ShoalException(
          ErrorCode.IS_A_DIRECTORY, path.toString(), "is a directory (expected: a file)");
    }
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path.toString(), "its local directory does not exist");
    }
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return path;
    }
    if (!overwrite) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (!Files.exists(path)) {
      return path;
    }
    if (!Files.isRegularFile(path)) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path.toString(), "is not a regular file");
    }
    return path.toRealPath();
  }

  /**
   * Makes the temporary file.
   *
   * @param path what {@link #check} returned
   */
  static LocalTarget create(Path path, boolean overwrite, RandomGenerator random)
      throws IOException {
    Path temporary = path.resolveSibling(".shoal-%016x.part".formatted(random.nextLong()));
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new LocalTarget(path, overwrite, temporary, channel);
  }

  /**
   * Writes bytes.
   *
   * @param bytes borrowed
   */
  void write(long position, ByteBuf bytes) throws IOException {
    int begin = bytes.readerIndex();
    while (bytes.isReadable()) {
      bytes.readBytes(channel, position + (bytes.readerIndex() - begin), bytes.readableBytes());
    }
  }

  /**
   * Puts the file in its place.
   *
   * @param stored whose attributes it gets, if {@code keepAttributes}
   */
  void publish(FileStatus stored, boolean keepAttributes) throws IOException {
    channel.close();
    if (keepAttributes) {
      LocalAttributes.apply(stored, temporary);
    }
    if (overwrite) {
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } else {
      publishIfAbsent();
    }
  }

  /** A link fails if something stands there meanwhile; a rename would replace it. */
  private void publishIfAbsent() throws IOException {
    try {
      Files.createLink(path, temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // A file system without links: the check and the rename are two steps there.
      Files.move(temporary, path);
      return;
    }
    Files.delete(temporary);
  }

  /** Removes what was written; without effect once the file is in its place. */
  void discard() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }
}
