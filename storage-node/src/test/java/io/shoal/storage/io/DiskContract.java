package io.shoal.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every disk does. */
abstract class DiskContract {
  abstract Disk disk() throws IOException;

  @Test
  void create_newFile_canBeWrittenAndReadBack() throws IOException {
    Disk disk = disk();
    try (DiskFile file = disk.create("f")) {
      file.write(0, bytes("hello"), bytes(""), bytes(" world"));
      file.write(11, bytes("!"));
      file.sync();
      assertThat(file.sizeBytes()).isEqualTo(12);
    }
    disk.syncDirectory("");
    assertThat(read(disk, "f", 0, 100)).isEqualTo("hello world!");
    assertThat(read(disk, "f", 6, 5)).isEqualTo("world");
    assertThat(read(disk, "f", 100, 5)).isEmpty();
  }

  @Test
  void createDirect_wholeUnits_canBeReadBackByAnother() throws IOException {
    Disk disk = disk();
    byte[] content = new byte[3 << 20];
    new Random(11).nextBytes(content);
    int unit = Disk.DIRECT_UNIT_BYTES;
    try (DiskFile file = disk.createDirect("f")) {
      // Odd pieces, on the heap and outside of it, together more than is staged at a time.
      file.write(0, ByteBuffer.wrap(content, 0, 7), direct(content, 7, unit - 7));
      file.write(
          unit, direct(content, unit, 1), direct(content, unit + 1, content.length - unit - 1));
      file.sync();
    }
    disk.syncDirectory("");
    ByteBuffer target = ByteBuffer.allocate(content.length + 1);
    try (DiskFile file = disk.open("f")) {
      assertThat(file.sizeBytes()).isEqualTo(content.length);
      assertThat(file.read(0, target)).isEqualTo(content.length);
    }
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content));
  }

  @Test
  void openDirect_intoBuffersThatLieAsItWants_readsWholeUnits() throws IOException {
    Disk disk = disk();
    byte[] content = new byte[5 * Disk.DIRECT_UNIT_BYTES];
    new Random(12).nextBytes(content);
    try (DiskFile file = disk.createDirect("f")) {
      file.write(0, direct(content, 0, content.length));
      file.sync();
    }
    try (DiskFile file = disk.openDirect("f")) {
      int alignment = file.alignmentBytes();
      ByteBuffer target =
          ByteBuffer.allocateDirect(content.length + alignment).alignedSlice(alignment);
      target.limit(3 * Disk.DIRECT_UNIT_BYTES);
      assertThat(file.read(2L * Disk.DIRECT_UNIT_BYTES, target)).isEqualTo(target.limit());
      assertThat(target.flip())
          .isEqualTo(ByteBuffer.wrap(content, 2 * Disk.DIRECT_UNIT_BYTES, target.limit()));
      assertThat(file.read(content.length, target)).as("behind the end").isZero();
    }
    assertThatThrownBy(() -> disk.openDirect("none")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void createDirect_existingFile_isRefusedAndKept() throws IOException {
    Disk disk = disk();
    write(disk, "f", "bytes");
    assertThatThrownBy(() -> disk.createDirect("f")).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.createDirect("no/f")).isInstanceOf(NoSuchFileException.class);
    assertThat(read(disk, "f", 0, 10)).isEqualTo("bytes");
  }

  @Test
  void create_existingFile_isRefused() throws IOException {
    Disk disk = disk();
    disk.create("f").close();
    assertThatThrownBy(() -> disk.create("f")).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void open_missingFile_isRefused() throws IOException {
    Disk disk = disk();
    assertThatThrownBy(() -> disk.open("f")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.open("no/f")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.delete("f")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.list("no")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void delete_openFile_canStillBeRead() throws IOException {
    Disk disk = disk();
    write(disk, "f", "bytes");
    try (DiskFile open = disk.open("f")) {
      disk.delete("f");
      assertThat(disk.exists("f")).isFalse();
      ByteBuffer target = ByteBuffer.allocate(5);
      assertThat(open.read(0, target)).isEqualTo(5);
    }
  }

  @Test
  void rename_overExistingFile_replacesIt() throws IOException {
    Disk disk = disk();
    write(disk, "new", "new");
    write(disk, "f", "old");
    disk.rename("new", "f");
    disk.syncDirectory("");
    assertThat(read(disk, "f", 0, 10)).isEqualTo("new");
    assertThat(disk.exists("new")).isFalse();
  }

  @Test
  void list_filesAndDirectories_namesBoth() throws IOException {
    Disk disk = disk();
    disk.createDirectory("d");
    disk.createDirectory("d");
    disk.createDirectory("d/e");
    write(disk, "f", "");
    write(disk, "d/g", "");
    assertThat(disk.list("")).containsExactlyInAnyOrder("d", "f");
    assertThat(disk.list("d")).containsExactlyInAnyOrder("e", "g");
    assertThat(disk.exists("d/e")).isTrue();
  }

  @Test
  void createDirectory_overFile_isRefused() throws IOException {
    Disk disk = disk();
    write(disk, "f", "");
    assertThatThrownBy(() -> disk.createDirectory("f"))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void tryLock_heldLock_isRefusedUntilGivenBack() throws IOException {
    Disk disk = disk();
    Closeable held = disk.tryLock("lock");
    assertThat(held).isNotNull();
    assertThat(disk.tryLock("lock")).isNull();
    held.close();
    Closeable again = disk.tryLock("lock");
    assertThat(again).isNotNull();
    again.close();
  }

  @Test
  void availableBytes_always_isWithinCapacity() throws IOException {
    Disk disk = disk();
    assertThat(disk.availableBytes()).isPositive().isLessThanOrEqualTo(disk.capacityBytes());
  }

  private static ByteBuffer direct(byte[] content, int start, int length) {
    return ByteBuffer.allocateDirect(length).put(content, start, length).flip();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  static void write(Disk disk, String name, String text) throws IOException {
    try (DiskFile file = disk.create(name)) {
      file.write(0, bytes(text));
    }
  }

  static String read(Disk disk, String name, long offset, int length) throws IOException {
    try (DiskFile file = disk.open(name)) {
      ByteBuffer target = ByteBuffer.allocateDirect(length);
      int count = file.read(offset, target);
      byte[] read = new byte[count];
      target.flip().get(read);
      return new String(read, UTF_8);
    }
  }
}
