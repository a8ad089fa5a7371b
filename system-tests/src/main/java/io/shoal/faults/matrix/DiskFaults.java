package io.shoal.faults.matrix;

import io.shoal.faults.bed.FailingCalls.Call;
import io.shoal.faults.bed.FailingCalls.Errno;
import io.shoal.faults.bed.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Disks that become full, fail, or alter what is on them. */
final class DiskFaults {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** How nodes log what is expected of them. */
  private static final String FENCED = "to FENCED";

  private static final String FULL = "to FULL";
  private static final String DAMAGED = "is not what was written";

  private DiskFaults() {}

  static void fullDisk(Stage stage) throws Exception {
    Server node = stage.bed().nodeWithSmallDisk();
    long before = stage.bed().countInLog(node, FULL);
    try {
      // First so that the reserve is left, then nothing at all.
      for (long left : new long[] {20L << 20, 0}) {
        stage.fault();
        stage.bed().smallDisk().fill(left);
        stage.hold();
        stage.bed().smallDisk().empty();
        stage.hold(SECOND);
      }
    } finally {
      stage.bed().smallDisk().empty();
    }
    stage.awaitNoted(node, FULL, before);
  }

  static void flipChunks(Stage stage) throws Exception {
    damageChunks(stage, file -> DataFiles.flip(file, stage.random(), 1));
  }

  static void truncateChunks(Stage stage) throws Exception {
    damageChunks(stage, file -> DataFiles.truncate(file, stage.random()));
  }

  /** Does something to a file, and tells whether there was anything to do. */
  private interface Damage {
    boolean to(Path file) throws IOException;
  }

  /**
   * Damages about half of the chunk files of a node; again if it has none yet, or if clients delete
   * all that was damaged before anybody reads it.
   */
  private static void damageChunks(Stage stage, Damage damage) throws Exception {
    Server node = stage.bed().anyNode();
    long before = stage.bed().countInLog(node, DAMAGED);
    for (int tries = 0; tries < 5 && stage.bed().countInLog(node, DAMAGED) <= before; tries++) {
      for (Path file : DataFiles.chunkFiles(node)) {
        if (stage.random().nextBoolean() && damage.to(file)) {
          stage.fault();
        }
      }
      stage.holdUntilScrubbed();
    }
    stage.awaitNoted(node, DAMAGED, before);
  }

  static void flipIndex(Stage stage) throws Exception {
    breakIndex(stage, name -> !name.endsWith(".log") && !name.startsWith("LO"), 20);
  }

  static void flipLog(Stage stage) throws Exception {
    breakIndex(stage, name -> name.endsWith(".log"), 4);
  }

  /** Breaks files of an index while the node is down; then the volume is given up and made anew. */
  private static void breakIndex(Stage stage, Predicate<String> which, int bits) throws Exception {
    Server node = stage.bed().anyNode();
    Path volume = node.dataDirectories().get(0);
    long fences = stage.bed().countInLog(node, FENCED);
    node.kill();
    Path index = volume.resolve("index");
    for (Path file : DataFiles.files(index, path -> which.test(path.getFileName().toString()))) {
      if (DataFiles.flip(file, stage.random(), bits)) {
        stage.fault();
      }
    }
    node.start();
    stage.holdUntilDead();
    stage.awaitNoted(node, FENCED, fences);
    remake(stage, node, List.of(volume));
  }

  static void deleteVolume(Stage stage) throws Exception {
    Server node = stage.bed().anyNode();
    Path volume = node.dataDirectories().get(0);
    long fences = stage.bed().countInLog(node, FENCED);
    stage.fault();
    DataFiles.delete(volume);
    stage.holdUntilDead();
    stage.awaitNoted(node, FENCED, fences);
    remake(stage, node, List.of(volume));
  }

  static void failingCalls(Stage stage, Call call, Errno errno) throws Exception {
    Server node = stage.bed().nodeWithFailingCalls();
    String noted = call == Call.READ ? DAMAGED : errno == Errno.EIO ? FENCED : FULL;
    long before = stage.bed().countInLog(node, noted);
    stage.fault();
    stage.bed().failingCalls().fail(node, call, errno, stage.random().nextBoolean() ? 100 : 30);
    try {
      stage.holdUntilDead();
    } finally {
      if (node.isRunning()) {
        stage.bed().failingCalls().heal(node, call);
      }
    }
    // A JVM that can't read its own classes any more ends, which is as good as a note.
    if (node.isRunning()) {
      stage.awaitNoted(node, noted, before);
    }
    stage.hold(SECOND);
    remake(stage, node, node.dataDirectories());
  }

  /** What an operator does with volumes that are broken: takes them out and puts empty ones in. */
  private static void remake(Stage stage, Server node, List<Path> volumes) throws Exception {
    if (node.isRunning()) {
      node.kill();
    }
    for (Path volume : volumes) {
      DataFiles.delete(volume);
    }
    node.start();
    stage.hold(Duration.ofSeconds(3));
  }
}
