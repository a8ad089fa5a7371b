package io.shoal.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is written past the page cache, through aligned memory. */
final class DirectFile implements DiskFile {
  private final LocalFile file;
  private final StagingBuffers staging;

  /**
   * Makes one.
   *
   * @param file takes: opened for direct I/O
   */
  DirectFile(LocalFile file, StagingBuffers staging) {
    this.file = file;
    this.staging = staging;
  }

  @Override
  public void write(long offset, ByteBuffer... sources) throws IOException {
    check("offset", offset);
    check("length", LocalFile.remaining(sources));
    ByteBuffer stage = staging.take();
    try {
      long position = offset;
      for (ByteBuffer source : sources) {
        while (source.hasRemaining()) {
          fill(stage, source);
          if (!stage.hasRemaining()) {
            position = write(position, stage);
          }
        }
      }
      write(position, stage);
    } finally {
      staging.giveBack(stage);
    }
  }

  private static void fill(ByteBuffer stage, ByteBuffer source) {
    int count = Math.min(stage.remaining(), source.remaining());
    stage.put(stage.position(), source, source.position(), count);
    stage.position(stage.position() + count);
    source.position(source.position() + count);
  }

  /** Writes what was staged and returns where the next bytes go. */
  private long write(long position, ByteBuffer stage) throws IOException {
    stage.flip();
    long end = position + stage.remaining();
    file.write(position, stage);
    stage.clear();
    return end;
  }

  private static void check(String what, long value) {
    if (value % Disk.DIRECT_UNIT_BYTES != 0) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: a multiple of " + Disk.DIRECT_UNIT_BYTES + ")");
    }
  }

  @Override
  public int alignmentBytes() {
    return staging.alignmentBytes();
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    return file.read(offset, target);
  }

  @Override
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public long sizeBytes() throws IOException {
    return file.sizeBytes();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
