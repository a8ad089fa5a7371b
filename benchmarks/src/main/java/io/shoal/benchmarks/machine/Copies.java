package io.shoal.benchmarks.machine;

import com.sun.nio.file.ExtendedOpenOption;
import io.shoal.benchmarks.measure.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Files that stand for the copies on three nodes, each with a thread of its own. */
final class Copies implements AutoCloseable {
  /** Copies of everything. */
  static final int COUNT = 3;

  /** What each copy does; some blocking work on its file. */
  interface Work {
    void on(FileChannel copy, int number) throws IOException;
  }

  private final List<Path> paths = new ArrayList<>();
  private final List<FileChannel> files = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(COUNT);

  private Copies() {}

  /** Makes empty files, which are deleted at the close. */
  static Copies create(Path directory, String name, boolean direct) throws IOException {
    Copies copies = new Copies();
    try {
      for (int i = 0; i < COUNT; i++) {
        Path path = directory.resolve(name + "-" + i);
        copies.paths.add(path);
        copies.files.add(FileChannel.open(path, options(direct)));
      }
      return copies;
    } catch (IOException e) {
      copies.close();
      throw e;
    }
  }

  private static Set<OpenOption> options(boolean direct) {
    Set<OpenOption> usual =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (!direct) {
      return usual;
    }
    return Set.of(
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        ExtendedOpenOption.DIRECT);
  }

  /** Does the same with all copies at once, and returns when all are done. */
  void all(Work work) throws InterruptedException {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      int number = i;
      done.add(CompletableFuture.runAsync(() -> run(work, number), threads));
    }
    Await.all(done);
  }

  private void run(Work work, int number) {
    try {
      work.on(files.get(number), number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdown();
    for (FileChannel file : files) {
      file.close();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
