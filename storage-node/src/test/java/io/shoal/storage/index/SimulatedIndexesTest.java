package io.shoal.storage.index;

import io.shoal.storage.io.CrashPoint;
import java.io.IOException;
import java.nio.file.Path;

class SimulatedIndexesTest extends ChunkIndexContract {
  private final SimulatedIndexes indexes = new SimulatedIndexes(new CrashPoint());

  @Override
  ChunkIndex open() throws IOException {
    return indexes.open(Path.of("index"), false, failure -> {});
  }
}
