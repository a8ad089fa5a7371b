package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.Pattern;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Computes CRC32C over blocks of 16 KiB that the processor's cache does not hold. */
record Checksums(long bytes) implements Limit {
  private static final int BLOCK_BYTES = 16 << 10;
  private static final int BUFFER_BYTES = 16 * Pattern.PIECE_BYTES;

  @Override
  public String id() {
    return "L5";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    ByteBuffer data = ByteBuffer.allocateDirect(BUFFER_BYTES);
    byte[] piece = Pattern.bytes(Pattern.PIECE_BYTES);
    while (data.hasRemaining()) {
      data.put(piece);
    }
    meter.measure(new Row(id(), "CRC32C, 16 KiB blocks", Figure.BANDWIDTH), () -> compute(data));
  }

  private Amount compute(ByteBuffer data) {
    CRC32C checksum = new CRC32C();
    ByteBuffer block = data.duplicate().clear();
    for (long done = 0; done < bytes; done += BLOCK_BYTES) {
      int position = (int) (done % BUFFER_BYTES);
      checksum.update(block.limit(position + BLOCK_BYTES).position(position));
    }
    if (checksum.getValue() == 0) {
      throw new IllegalStateException("the checksum of random bytes is 0");
    }
    return Amount.ofBytes(bytes);
  }
}
