package io.shoal.benchmarks.machine;

import com.sun.nio.file.ExtendedOpenOption;
import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * One copy of a large file on the disk, synced at the end.
 *
 * @param direct past the page cache
 */
record DiskWrite(long bytes, boolean direct) implements Limit {
  @Override
  public String id() {
    return direct ? "L3" : "L2";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    Path file = directory.resolve(id());
    String how = direct ? "O_DIRECT" : "buffered";
    Row row = new Row(id(), "disk, " + how + ", one fsync", Figure.BANDWIDTH);
    ByteBuffer piece = LocalFile.alignedPiece();
    try {
      meter.measure(row, () -> write(file, piece));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Amount write(Path file, ByteBuffer piece) throws IOException {
    Set<OpenOption> options =
        direct
            ? Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)
            : Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options)) {
      LocalFile.fill(channel, piece, bytes);
      channel.force(false);
    }
    return Amount.ofBytes(bytes);
  }
}
