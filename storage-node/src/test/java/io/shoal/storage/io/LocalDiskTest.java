package io.shoal.storage.io;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest extends DiskContract {
  @TempDir private Path directory;

  @Override
  Disk disk() throws IOException {
    return LocalDisk.at(directory.resolve("a/b"));
  }

  @Test
  void write_manyBuffers_keepsTheirOrder() throws IOException {
    byte[] content = new byte[3 << 20];
    new Random(7).nextBytes(content);
    ByteBuffer[] pieces = new ByteBuffer[2_000];
    int pieceBytes = content.length / pieces.length;
    for (int i = 0; i < pieces.length; i++) {
      int start = i * pieceBytes;
      int length = i == pieces.length - 1 ? content.length - start : pieceBytes;
      pieces[i] =
          i % 2 == 0
              ? ByteBuffer.allocateDirect(length).put(content, start, length).flip()
              : ByteBuffer.wrap(content, start, length);
    }
    Disk disk = disk();
    try (DiskFile file = disk.create("f")) {
      file.write(100, pieces);
    }
    byte[] written = Files.readAllBytes(directory.resolve("a/b/f"));
    assertThat(ByteBuffer.wrap(written, 100, content.length)).isEqualTo(ByteBuffer.wrap(content));
  }

  @Test
  void createDirect_pieceOfAUnit_isADefect() throws IOException {
    try (DiskFile file = disk().createDirect("f")) {
      ByteBuffer unit = ByteBuffer.allocate(Disk.DIRECT_UNIT_BYTES);
      assertThatThrownBy(() -> file.write(1, unit)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.write(0, bytes("x")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void createDirect_refusedByTheFileSystem_goesThroughThePageCache() throws IOException {
    AtomicInteger attempts = new AtomicInteger();
    Disk disk =
        LocalDisk.at(
            directory.resolve("a/b"),
            path -> {
              attempts.incrementAndGet();
              Files.createFile(path);
              throw new UnsupportedOperationException("no direct I/O");
            });
    for (String name : List.of("first", "second")) {
      try (DiskFile file = disk.createDirect(name)) {
        file.write(0, bytes("bytes"));
        file.sync();
      }
      assertThat(read(disk, name, 0, 10)).isEqualTo("bytes");
    }
    assertThat(attempts).hasValue(1);
  }

  @Test
  void openDirect_refusedByTheFileSystem_goesThroughThePageCache() throws IOException {
    AtomicInteger attempts = new AtomicInteger();
    Disk disk =
        LocalDisk.at(
            directory.resolve("a/b"),
            new LocalDisk.DirectOpener() {
              @Override
              public FileChannel create(Path path) throws IOException {
                return FileChannel.open(path, CREATE_NEW, WRITE);
              }

              @Override
              public FileChannel open(Path path) {
                attempts.incrementAndGet();
                throw new UnsupportedOperationException("no direct I/O");
              }
            });
    write(disk, "f", "bytes");
    for (int i = 0; i < 2; i++) {
      try (DiskFile file = disk.openDirect("f")) {
        ByteBuffer target = ByteBuffer.allocate(10);
        assertThat(file.read(1, target)).isEqualTo(4);
        assertThat(file.alignmentBytes()).isEqualTo(1);
      }
    }
    assertThat(attempts).hasValue(1);
  }

  @Test
  void name_leadingOutOfTheDirectory_isADefect() throws IOException {
    Disk disk = disk();
    assertThatThrownBy(() -> disk.open("../f")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void create_noRoomForAnotherName_saysSo() throws IOException {
    FileStore store = Files.getFileStore(directory);
    IOException full = new FileSystemException("f", null, "No space left on device");
    assertThat(LocalFile.reasonOf(full, 0, store)).isInstanceOf(NoSpaceException.class);
    IOException failed = new FileSystemException("f", null, "Input/output error");
    assertThat(LocalFile.reasonOf(failed, 0, store)).isSameAs(failed);
    assertThat(LocalFile.reasonOf(failed, Long.MAX_VALUE, store))
        .isInstanceOf(NoSpaceException.class);
  }

  @Test
  void write_fullDevice_saysSo() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full on this machine");
    Files.createDirectories(directory.resolve("a/b"));
    try (LocalFile file =
        new LocalFile(
            java.nio.channels.FileChannel.open(full, java.nio.file.StandardOpenOption.WRITE),
            Files.getFileStore(directory))) {
      assertThatThrownBy(() -> file.write(0, bytes("x"))).isInstanceOf(NoSpaceException.class);
    }
  }
}
