package io.shoal.faults.matrix;

import io.shoal.faults.bed.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Files of servers, as somebody damages them who has no business there. */
final class DataFiles {
  private DataFiles() {}

  static List<Path> chunkFiles(Server node) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path volume : node.dataDirectories()) {
      files.addAll(files(volume, path -> path.toString().contains("/chunks/")));
    }
    return files;
  }

  static List<Path> files(Path below, Predicate<Path> which) throws IOException {
    for (int tries = 1; true; tries++) {
      try (Stream<Path> files = Files.walk(below)) {
        return files.filter(Files::isRegularFile).filter(which).toList();
      } catch (UncheckedIOException e) {
        // Files come and go while they are counted.
        if (tries == 100) {
          throw e;
        }
      }
    }
  }

  /** Returns whether there was something to flip. */
  static boolean flip(Path file, RandomGenerator random, int bits) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() == 0) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        long at = random.nextLong(channel.size());
        ByteBuffer one = ByteBuffer.allocate(1);
        if (channel.read(one, at) == 1) {
          one.flip();
          one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8)));
          channel.write(one, at);
        }
      }
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  static boolean truncate(Path file, RandomGenerator random) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long size = channel.size();
      channel.truncate(size == 0 || random.nextBoolean() ? 0 : random.nextLong(size));
      return size > 0;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  static void delete(Path directory) throws IOException {
    for (int tries = 0; Files.exists(directory); tries++) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException | UncheckedIOException e) {
        // Whoever runs there makes new files meanwhile.
        if (tries == 100) {
          throw e;
        }
      }
    }
  }
}
