package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.Pattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * What the one disk of a machine allows three nodes on it: a file written as three copies at once,
 * past the page cache and synced, or a third of it read from each of them at once.
 *
 * @param bytes of the file; so many are written for each copy
 */
record CopiesOnDisk(long bytes, boolean reading) implements Limit {
  @Override
  public String id() {
    return reading ? "L7" : "L6";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    try (Copies copies = Copies.create(directory, id(), true)) {
      if (reading) {
        copies.all((copy, number) -> write(copy));
        Row row = new Row(id(), "disk, O_DIRECT, read from 3 files at once", Figure.BANDWIDTH);
        meter.measure(row, () -> read(copies));
      } else {
        Row row = new Row(id(), "disk, O_DIRECT, 3 copies at once, synced", Figure.BANDWIDTH);
        meter.measure(
            row,
            () -> {
              copies.all((copy, number) -> write(copy));
              return Amount.ofBytes(bytes);
            });
      }
    }
  }

  private void write(FileChannel copy) throws IOException {
    LocalFile.fill(copy, LocalFile.alignedPiece(), bytes);
    copy.force(false);
  }

  private Amount read(Copies copies) throws InterruptedException {
    copies.all(
        (copy, number) -> {
          long share = bytes / Copies.COUNT / Pattern.PIECE_BYTES * Pattern.PIECE_BYTES;
          long begin = number * share;
          long end = number == Copies.COUNT - 1 ? bytes : begin + share;
          ByteBuffer piece = LocalFile.alignedPiece();
          for (long at = begin; at < end; ) {
            int read = copy.read(piece.clear().limit(Pattern.PIECE_BYTES), at);
            if (read < 0) {
              throw new IOException("the file ends at " + at + " (expected: at " + end + ")");
            }
            at += read;
          }
        });
    return Amount.ofBytes(bytes);
  }
}
