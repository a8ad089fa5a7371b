package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.Pattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a file that was just written. */
record PageCacheRead(long bytes) implements Limit {
  private static final int READ_BYTES = 256 << 10;

  @Override
  public String id() {
    return "L4";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    Path file = directory.resolve(id());
    try {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        LocalFile.fill(channel, ByteBuffer.wrap(Pattern.bytes(Pattern.PIECE_BYTES)), bytes);
      }
      meter.measure(new Row(id(), "page cache, read", Figure.BANDWIDTH), () -> read(file));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static Amount read(Path file) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(READ_BYTES);
    long read = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int n = channel.read(target); n >= 0; n = channel.read(target.clear())) {
        read += n;
      }
    }
    return Amount.ofBytes(read);
  }
}
