package io.shoal.faults.bed;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that can be filled, and whose power can be cut: a file system in a file (loop device),
 * which takes no more room than what is written to it.
 */
public final class Disk implements AutoCloseable {
  /** Others write meanwhile, and the file system needs some blocks for itself. */
  private static final long SLACK_BYTES = 8 << 20;

  /**
   * Has ext4 go down where it stands: what was not made durable never reaches the disk (ioctl
   * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, 2). Every Debian has Perl.
   */
  private static final String SHUT_DOWN =
      "for (@ARGV) {open(my $root, '<', $_) || die \"$_: $!\"; my $how = pack('L', 2);"
          + " ioctl($root, 0x8004587d, $how) || die \"$_: $!\"}";

  private static final System.Logger LOG = System.getLogger(Disk.class.getName());

  private final Path image;
  private final Path mountPoint;

  private Disk(Path image, Path mountPoint) {
    this.image = image;
    this.mountPoint = mountPoint;
  }

  /**
   * Makes a directory a place to mount disks in, so that processes in namespaces of their own see
   * them go and come back. To be {@linkplain #unmount unmounted} after them.
   */
  static void makeShared(Path directory) throws IOException, InterruptedException {
    Commands.run("mount", "--bind", directory.toString(), directory.toString());
    Commands.run("mount", "--make-shared", directory.toString());
  }

  static void unmount(Path mountPoint) throws IOException {
    try {
      Commands.run("umount", mountPoint.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before " + mountPoint + " was unmounted", e);
    }
  }

  static Disk mount(Path image, Path mountPoint, String size)
      throws IOException, InterruptedException {
    Commands.run("truncate", "-s", size, image.toString());
    Commands.run("mkfs.ext4", "-q", "-m", "0", image.toString());
    Files.createDirectories(mountPoint);
    Disk disk = new Disk(image, mountPoint);
    disk.mount();
    return disk;
  }

  private void mount() throws IOException, InterruptedException {
    // Its power is cut above the file, so the real disk below it need not be waited for.
    Commands.run("mount", "-o", "loop,nobarrier", image.toString(), mountPoint.toString());
  }

  Path directory() {
    return mountPoint;
  }

  /** Takes all room but about so many bytes; with 0, to the last block. */
  public void fill(long leftBytes) throws IOException, InterruptedException {
    long taken = Files.getFileStore(mountPoint).getUsableSpace() - leftBytes - SLACK_BYTES;
    if (taken > 0) {
      Commands.run("fallocate", "-l", Long.toString(taken), filler().toString());
    }
    if (leftBytes == 0) {
      fillToTheLastBlock();
    }
  }

  private void fillToTheLastBlock() throws IOException {
    byte[] block = new byte[4 << 10];
    try (OutputStream out =
        Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (Files.getFileStore(mountPoint).getUsableSpace() > 0) {
        out.write(block);
      }
    } catch (IOException full) {
      LOG.log(System.Logger.Level.DEBUG, "as it should be", full);
    }
  }

  /** Gives the room back. */
  public void empty() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return mountPoint.resolve("filler");
  }

  /** Cuts the power of disks, of all at once: what was not synced is lost. */
  static void cutPower(Iterable<Disk> disks) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("perl", "-e"));
    words.add(SHUT_DOWN);
    disks.forEach(disk -> words.add(disk.mountPoint.toString()));
    Commands.run(words.toArray(String[]::new));
  }

  /** Gives a disk its power back; nobody may have a file of it open any more. */
  void restorePower() throws IOException, InterruptedException {
    unmount(mountPoint);
    mount();
  }

  @Override
  public void close() throws IOException {
    unmount(mountPoint);
  }
}
