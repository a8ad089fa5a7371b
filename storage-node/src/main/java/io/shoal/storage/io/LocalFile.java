package io.shoal.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.util.Locale;

/** A file behind a {@link FileChannel}. */
final class LocalFile implements DiskFile {
  private final FileChannel channel;
  private final FileStore fileStore;

  LocalFile(FileChannel channel, FileStore fileStore) {
    this.channel = channel;
    this.fileStore = fileStore;
  }

  @Override
  public void write(long offset, ByteBuffer... sources) throws IOException {
    long bytes = remaining(sources);
    try {
      if (sources.length == 1) {
        writeAt(offset, sources[0]);
      } else {
        writeGathered(offset, sources, bytes);
      }
    } catch (IOException failure) {
      throw reasonOf(failure, bytes, fileStore);
    }
  }

  /** Returns what several buffers hold together. */
  static long remaining(ByteBuffer... sources) {
    long bytes = 0;
    for (ByteBuffer source : sources) {
      bytes += source.remaining();
    }
    return bytes;
  }

  private void writeAt(long offset, ByteBuffer source) throws IOException {
    long position = offset;
    while (source.hasRemaining()) {
      position += channel.write(source, position);
    }
  }

  /**
   * One system call for many buffers; there is none that takes the position along, hence the one
   * writer.
   */
  private void writeGathered(long offset, ByteBuffer[] sources, long bytes) throws IOException {
    channel.position(offset);
    long left = bytes;
    int first = 0;
    while (left > 0) {
      while (!sources[first].hasRemaining()) {
        first++;
      }
      left -= channel.write(sources, first, sources.length - first);
    }
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    int total = 0;
    while (target.hasRemaining()) {
      int count = channel.read(target, offset + total);
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public long sizeBytes() throws IOException {
    return channel.size();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * Returns what to throw for a write that failed: {@link NoSpaceException} if that was for want of
   * space. The JDK gives the system's error as text only, in the user's language: so the free space
   * is asked as well.
   *
   * @param bytes that it would have needed
   */
  static IOException reasonOf(IOException failure, long bytes, FileStore fileStore) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    boolean noSpace = message.contains("no space left") || message.contains("quota exceeded");
    try {
      noSpace = noSpace || fileStore.getUsableSpace() < bytes;
    } catch (IOException unknown) {
      failure.addSuppressed(unknown);
    }
    return noSpace ? new NoSpaceException(failure.toString(), failure) : failure;
  }
}
