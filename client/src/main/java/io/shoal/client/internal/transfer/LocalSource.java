package io.shoal.client.internal.transfer;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A local file that is read while nobody can stop others from changing it: whoever reads it checks
 * at the end that it kept its length and its place. Its methods wait for a disk; several threads
 * may read at once.
 */
final class LocalSource {
  private final Path path;
  private final FileChannel channel;
  private final BasicFileAttributes attributes;

  private LocalSource(Path path, FileChannel channel, BasicFileAttributes attributes) {
    this.path = path;
    this.channel = channel;
    this.attributes = attributes;
  }

  /**
   * Opens a file.
   *
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} if it is not a regular one
   */
  static LocalSource open(Path path) throws IOException {
    // Looked at before it is opened: opening a pipe would wait for its other end.
    if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path.toString(), "is not a regular file");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new LocalSource(path, channel, Files.readAttributes(path, BasicFileAttributes.class));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Returns its length when it was opened. */
  long length() {
    return attributes.size();
  }

  /**
   * Fills a buffer.
   *
   * @param target borrowed; what it takes lies within the file
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} if the file has become shorter
   */
  void read(long position, ByteBuf target) throws IOException {
    while (target.isWritable()) {
      int read =
          target.writeBytes(channel, position + target.writerIndex(), target.writableBytes());
      if (read < 0) {
        throw changed("length: " + (position + target.writerIndex()) + " or less");
      }
    }
  }

  /**
   * Checks that the file is what it was when it was opened.
   *
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} otherwise
   */
  void checkUnchanged() throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw changed("it is gone");
    }
    // Some files of the system claim to be empty and are not.
    ByteBuf probe = io.netty.buffer.Unpooled.directBuffer(1, 1);
    try {
      if (probe.writeBytes(channel, length(), 1) > 0) {
        throw changed("length: more than " + length());
      }
    } finally {
      probe.release();
    }
    if (now.size() != length()) {
      throw changed("length: " + now.size());
    }
    if (!Objects.equals(now.fileKey(), attributes.fileKey())) {
      throw changed("another file has taken its place");
    }
  }

  private ShoalException changed(String what) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        path.toString(),
        "the file changed while it was read: " + what + " (expected: length " + length() + ")");
  }

  void close() throws IOException {
    channel.close();
  }
}
