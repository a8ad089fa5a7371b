package io.shoal.storage.rpc;

import io.shoal.common.transport.ChunkReport;
import io.shoal.storage.chunk.ChunkDescription;
import java.util.List;

/** What the volumes say of chunks, as it travels. */
final class ChunkReports {
  private ChunkReports() {}

  static List<ChunkReport> of(List<ChunkDescription> chunks) {
    return chunks.stream().map(ChunkReports::of).toList();
  }

  private static ChunkReport of(ChunkDescription chunk) {
    return new ChunkReport(
        chunk.chunk(),
        switch (chunk.state()) {
          case UNKNOWN -> ChunkReport.State.UNKNOWN;
          case OPEN -> ChunkReport.State.OPEN;
          case CLOSED -> ChunkReport.State.CLOSED;
        },
        chunk.durable().bytes(),
        chunk.durable().crc32c(),
        chunk.volume() == null ? 0 : chunk.volume().value(),
        chunk.expiresAtMillis());
  }
}
