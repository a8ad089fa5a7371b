package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.store.FileStore;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A store that knows lengths only. Refuses what a real one would refuse. */
final class MemoryStore implements FileStore {
  private final Set<String> directories = new HashSet<>();
  private final Map<String, Long> files = new HashMap<>();

  @Override
  public CompletableFuture<Void> mkdirs(String path) {
    for (String at = path; !at.isEmpty(); at = parent(at)) {
      directories.add(at);
    }
    return done();
  }

  @Override
  public CompletableFuture<Void> write(String path, ByteBuffer content) {
    return files.containsKey(path)
        ? CompletableFuture.failedFuture(new IllegalStateException(path + " is there"))
        : writeLarge(path, content.remaining());
  }

  @Override
  public CompletableFuture<Integer> read(String path, int limitBytes) {
    return readLarge(path).thenApply(Math::toIntExact);
  }

  @Override
  public CompletableFuture<Void> writeLarge(String path, long bytes) {
    if (!directories.contains(parent(path))) {
      return CompletableFuture.failedFuture(new IllegalStateException("no directory for " + path));
    }
    files.put(path, bytes);
    return done();
  }

  @Override
  public CompletableFuture<Long> readLarge(String path) {
    return files.containsKey(path)
        ? length(path)
        : CompletableFuture.failedFuture(new IllegalStateException("no file " + path));
  }

  @Override
  public CompletableFuture<Long> length(String path) {
    return CompletableFuture.completedFuture(
        files.getOrDefault(path, directories.contains(path) ? 0L : -1L));
  }

  @Override
  public CompletableFuture<Integer> list(String directory) {
    return CompletableFuture.completedFuture(
        (int) files.keySet().stream().filter(path -> parent(path).equals(directory)).count());
  }

  @Override
  public CompletableFuture<Void> rename(String source, String destination) {
    Long length = files.remove(source);
    return length == null
        ? CompletableFuture.failedFuture(new IllegalStateException("no file " + source))
        : writeLarge(destination, length);
  }

  @Override
  public CompletableFuture<Void> delete(String path) {
    files.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
    return done();
  }

  @Override
  public CompletableFuture<PositionedFile> open(String path) {
    return length(path).thenApply(Opened::new);
  }

  @Override
  public CompletableFuture<RecordLog> createLog(String path) {
    return writeLarge(path, 0).thenApply(nothing -> new Log());
  }

  @Override
  public void close() {}

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private record Opened(long length) implements PositionedFile {
    @Override
    public CompletableFuture<Integer> read(long position, ByteBuffer target) {
      return CompletableFuture.completedFuture(
          (int) Math.min(target.remaining(), length - position));
    }

    @Override
    public CompletableFuture<Void> close() {
      return done();
    }
  }

  private record Log() implements RecordLog {
    @Override
    public CompletableFuture<Void> append(ByteBuffer record) {
      return done();
    }

    @Override
    public CompletableFuture<Void> close() {
      return done();
    }
  }
}
