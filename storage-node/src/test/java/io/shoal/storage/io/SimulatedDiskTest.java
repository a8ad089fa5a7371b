package io.shoal.storage.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest extends DiskContract {
  @Override
  Disk disk() {
    return new SimulatedDisk();
  }

  @Test
  void crash_syncedFileWithSyncedName_isThere() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      try (DiskFile file = disk.create("f")) {
        file.write(0, bytes("bytes"));
        file.sync();
        disk.syncDirectory("");
      }
      disk.crash(new SplittableRandom(seed));
      assertThat(read(disk, "f", 0, 10)).isEqualTo("bytes");
    }
  }

  @Test
  void crash_syncedFileWithoutSyncedName_maybeThere() throws IOException {
    Set<Boolean> seen = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      try (DiskFile file = disk.create("f")) {
        file.write(0, bytes("bytes"));
        file.sync();
      }
      disk.crash(new SplittableRandom(seed));
      seen.add(disk.exists("f"));
    }
    assertThat(seen).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void crash_syncedFileInUnsyncedDirectory_maybeThere() throws IOException {
    Set<Boolean> seen = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      disk.createDirectory("d");
      try (DiskFile file = disk.create("d/f")) {
        file.sync();
        disk.syncDirectory("d");
      }
      disk.crash(new SplittableRandom(seed));
      seen.add(disk.exists("d/f"));
    }
    assertThat(seen).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void crash_unsyncedWrite_maybeTorn() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      try (DiskFile file = disk.create("f")) {
        disk.syncDirectory("");
        file.write(
            0, ByteBuffer.wrap("a".repeat(512).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        file.sync();
        file.write(
            512,
            ByteBuffer.wrap("b".repeat(1024).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
      disk.crash(new SplittableRandom(seed));
      String content = read(disk, "f", 0, 2000);
      assertThat(content).startsWith("a".repeat(512));
      seen.add(content.substring(512));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "", "b".repeat(512), "\0".repeat(512) + "b".repeat(512), "b".repeat(1024));
  }

  @Test
  void crash_unsyncedDeletionOrRename_maybeUndone() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      write(disk, "f", "");
      write(disk, "g", "");
      disk.syncDirectory("");
      disk.delete("f");
      disk.rename("g", "h");
      disk.crash(new SplittableRandom(seed));
      seen.add(disk.files().toString());
    }
    assertThat(seen).containsExactlyInAnyOrder("[f, g]", "[g]", "[f, h]", "[h]");
  }

  @Test
  void pass_afterTheCrash_diesAtEveryStep() throws IOException {
    CrashPoint point = new CrashPoint();
    SimulatedDisk disk = new SimulatedDisk(point);
    disk.create("f").close();
    point.crashAfter(1);
    assertThatThrownBy(() -> disk.create("g")).isInstanceOf(CrashPoint.SimulatedCrash.class);
    assertThatThrownBy(() -> disk.open("f")).isInstanceOf(CrashPoint.SimulatedCrash.class);
    point.restart();
    assertThat(disk.exists("g")).as("the step itself was taken").isTrue();
  }

  @Test
  void write_moreThanTheCapacity_isRefused() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    disk.setCapacityBytes(4);
    try (DiskFile file = disk.create("f")) {
      assertThatThrownBy(() -> file.write(0, bytes("bytes"))).isInstanceOf(NoSpaceException.class);
    }
  }

  @Test
  void sync_failing_losesWhatWasWritten() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      DiskFile file = disk.create("f");
      disk.syncDirectory("");
      file.write(0, bytes("bytes"));
      disk.setFault(
          (operation, name) ->
              operation == SimulatedDisk.Operation.SYNC ? new IOException("EIO") : null);
      assertThatThrownBy(file::sync).hasMessage("EIO");
      disk.setFault((operation, name) -> null);
      disk.crash(new SplittableRandom(seed));
      assertThat(read(disk, "f", 0, 10)).isEmpty();
    }
  }
}
