package io.shoal.faults.workload;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One operation after the other in a directory of its own. What was acknowledged is read again and
 * again; a file whose last operation failed is left alone from then on, since nobody knows whether
 * it took effect: the check at the end allows both.
 *
 * <p>An operation runs on whatever thread completes the one before; {@link #step} is not called
 * again before its future is complete.
 */
final class Lane {
  private static final int FILES_LIMIT = 24;
  private static final int LARGE_BYTES = 5 << 20;

  /** Files of so many bytes have several chunks, so that a part of them could be seen. */
  private static final int WATCHED_BYTES = 1 << 20;

  /** Between two looks at a file that is put. */
  private static final Executor GLANCES =
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

  private static final int PIECES = 4;
  private static final int PIECE_BYTES = 200_000;

  private final ShoalClient client;
  private final Journal journal;
  private final RandomGenerator random;
  private final String directory;

  /** Files that are surely there, and what they hold. */
  private final Map<String, Stored> files = new HashMap<>();

  /** Names of which nobody knows whether there are files, and which. */
  private final Set<String> doubtful = new HashSet<>();

  private int names;
  private boolean made;

  private record Stored(long seed, int length) {}

  Lane(ShoalClient client, Journal journal, RandomGenerator random, String directory) {
    this.client = client;
    this.journal = journal;
    this.random = random;
    this.directory = directory;
  }

  /** Does one thing; the future never fails. */
  CompletableFuture<Void> step() {
    if (!made) {
      return makeDirectory();
    }
    int dice = random.nextInt(100);
    if (files.isEmpty() || (dice < 30 && files.size() < FILES_LIMIT)) {
      return put(newName());
    }
    String known = anyFile();
    if (dice < 36) {
      return put(known);
    } else if (dice < 42) {
      return write();
    } else if (dice < 49) {
      return append(known);
    } else if (dice < 52) {
      return truncate(known);
    } else if (dice < 61) {
      return delete(known);
    } else if (dice < 66) {
      return rename(known, newName());
    } else if (dice < 80) {
      return get(known);
    } else if (dice < 92) {
      return read(known);
    }
    return list();
  }

  private String newName() {
    names++;
    return directory + "/" + (names % 7 == 0 ? "ähm #" : "f") + names;
  }

  private String anyFile() {
    List<String> all = new ArrayList<>(files.keySet());
    all.sort(null);
    return all.get(random.nextInt(all.size()));
  }

  private Stored stored(String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  private int anyLength() {
    int dice = random.nextInt(10);
    if (dice < 3) {
      return random.nextInt(4_096);
    }
    return dice < 9 ? random.nextInt(200_000) : random.nextInt(LARGE_BYTES);
  }

  // -------------------------------------------------------------------------------------- changes

  private CompletableFuture<Void> makeDirectory() {
    Journal.Entry entry = journal.begin(Action.MKDIR, directory, "", 0, 0);
    return client
        .mkdir(directory, true)
        .handle(
            (status, failure) -> {
              made = failure == null;
              return end(entry, failure);
            });
  }

  private CompletableFuture<Void> put(String path) {
    Stored before = files.get(path);
    Stored stored = new Stored(random.nextLong(), anyLength());
    Journal.Entry entry = journal.begin(Action.PUT, path, "", stored.seed, stored.length);
    CompletableFuture<?> put =
        client.put(
            Content.of(stored.seed, stored.length), path, PutOptions.DEFAULT.withOverwrite(true));
    if (stored.length >= WATCHED_BYTES) {
      watch(put, entry, path, Set.of(stored.length, before == null ? -1 : before.length));
    }
    return put.handle((status, failure) -> settle(entry, failure, path, stored));
  }

  /** Looks at a file again and again while it is put: what was there before is, or all of it. */
  private void watch(
      CompletableFuture<?> put, Journal.Entry entry, String path, Set<Integer> lengths) {
    var unused =
        client
            .stat(path)
            .whenCompleteAsync(
                (status, failure) -> {
                  if (put.isDone()) {
                    return;
                  }
                  if (failure == null && !lengths.contains((int) status.length())) {
                    entry.violation(path + " has " + status.length() + " bytes while it is put");
                  }
                  watch(put, entry, path, lengths);
                },
                GLANCES);
  }

  /** Notes what is at a path now. */
  private @Nullable Void settle(
      Journal.Entry entry, @Nullable Throwable failure, String path, Stored stored) {
    if (failure == null) {
      files.put(path, stored);
    } else {
      files.remove(path);
      doubtful.add(path);
    }
    return end(entry, failure);
  }

  private static @Nullable Void end(Journal.Entry entry, @Nullable Throwable failure) {
    if (failure == null) {
      entry.acknowledged();
    } else {
      entry.failed(failure);
    }
    return null;
  }

  private CompletableFuture<Void> delete(String path) {
    Journal.Entry entry = journal.begin(Action.DELETE, path, "", 0, 0);
    files.remove(path);
    return client
        .delete(path, false)
        .handle(
            (nothing, failure) -> {
              if (failure != null) {
                doubtful.add(path);
              }
              return endOfExisting(entry, failure);
            });
  }

  private CompletableFuture<Void> rename(String from, String to) {
    Journal.Entry entry = journal.begin(Action.RENAME, from, to, 0, 0);
    Stored stored = stored(from);
    files.remove(from);
    return client
        .rename(from, to, false)
        .handle(
            (status, failure) -> {
              if (failure != null) {
                doubtful.add(from);
                requireFound(entry, failure);
              }
              return settle(entry, failure, to, stored);
            });
  }

  private CompletableFuture<Void> write() {
    String path = newName();
    Stored whole = new Stored(random.nextLong(), PIECES * PIECE_BYTES);
    Journal.Entry entry = journal.begin(Action.WRITE, path, "", whole.seed, whole.length);
    return client
        .create(path, PutOptions.DEFAULT)
        .thenCompose(writer -> new Pieces(entry, writer, path, whole).all())
        .handle((nothing, failure) -> settle(entry, failure, path, whole));
  }

  private CompletableFuture<Void> append(String path) {
    Stored before = stored(path);
    int more = 1 + random.nextInt(PIECE_BYTES);
    if (before.length + more > LARGE_BYTES) {
      return truncate(path);
    }
    Stored after = new Stored(before.seed, before.length + more);
    Journal.Entry entry = journal.begin(Action.APPEND, path, "", after.seed, after.length);
    return client
        .append(path)
        .thenCompose(
            writer -> {
              if (writer.position() != before.length) {
                entry.violation("appends at " + writer.position() + " to " + before);
              }
              var unused = writer.write(Content.part(after.seed, before.length, more));
              return writer.close();
            })
        .handle(
            (status, failure) -> {
              if (failure != null) {
                requireFound(entry, failure);
              }
              return settle(entry, failure, path, after);
            });
  }

  private CompletableFuture<Void> truncate(String path) {
    Stored before = stored(path);
    Stored after = new Stored(before.seed, random.nextInt(before.length + 1));
    Journal.Entry entry = journal.begin(Action.TRUNCATE, path, "", after.seed, after.length);
    return client
        .truncate(path, after.length)
        .handle(
            (status, failure) -> {
              if (failure != null) {
                requireFound(entry, failure);
              }
              return settle(entry, failure, path, after);
            });
  }

  /** A file that grows by a piece at a time. */
  private final class Pieces {
    private final Journal.Entry entry;
    private final AsyncFileWriter writer;
    private final String path;
    private final Stored whole;

    Pieces(Journal.Entry entry, AsyncFileWriter writer, String path, Stored whole) {
      this.entry = entry;
      this.writer = writer;
      this.path = path;
      this.whole = whole;
    }

    CompletableFuture<?> all() {
      return next()
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  var unused = writer.abort();
                }
              });
    }

    private CompletableFuture<?> next() {
      int begin = (int) writer.position();
      if (begin == whole.length) {
        return writer.close();
      }
      int end = begin + PIECE_BYTES;
      entry.flushBegins(end);
      var unused = writer.write(Content.part(whole.seed, begin, PIECE_BYTES));
      return writer
          .flush()
          .thenCompose(
              length -> {
                entry.flushed(length);
                if (length < end) {
                  entry.violation("a flush behind " + end + " bytes told of " + length);
                }
                return readBack(end);
              })
          .thenCompose(nothing -> next());
    }

    /** Whoever opens the file after a flush sees at least what was flushed. */
    private CompletableFuture<Void> readBack(int flushed) {
      return client
          .open(path)
          .thenCompose(
              reader -> {
                if (reader.status().length() < flushed) {
                  entry.violation(
                      path
                          + " has "
                          + reader.status().length()
                          + " bytes behind a flush of "
                          + flushed);
                }
                return readPart(entry, reader, whole, random.nextInt(flushed), 10_000);
              });
    }
  }

  // ---------------------------------------------------------------------------------------- reads

  private CompletableFuture<Void> get(String path) {
    Stored stored = stored(path);
    Journal.Entry entry = journal.begin(Action.GET, path, "", stored.seed, stored.length);
    return client
        .get(path, LARGE_BYTES)
        .handle(
            (content, failure) -> {
              if (failure == null) {
                compare(entry, stored, 0, content);
                if (content.remaining() != stored.length) {
                  entry.violation("has " + content.remaining() + " of " + stored.length + " bytes");
                }
              }
              return endOfExisting(entry, failure);
            });
  }

  private static @Nullable Void endOfExisting(Journal.Entry entry, @Nullable Throwable failure) {
    if (failure != null) {
      requireFound(entry, failure);
    }
    return end(entry, failure);
  }

  /** A file that is surely there must be found, also by an operation that was tried twice. */
  private static void requireFound(Journal.Entry entry, Throwable failure) {
    switch (ShoalException.of(failure).code()) {
      case NOT_FOUND, GENERATION_GONE, ALREADY_EXISTS -> entry.violation("is gone: " + failure);
      default -> {}
    }
  }

  private static void compare(Journal.Entry entry, Stored stored, int begin, ByteBuffer content) {
    int at = Content.mismatch(stored.seed, begin, content);
    if (at >= 0) {
      entry.violation("byte " + at + " is not what was written");
    }
  }

  private CompletableFuture<Void> read(String path) {
    Stored stored = stored(path);
    Journal.Entry entry = journal.begin(Action.READ, path, "", stored.seed, stored.length);
    return client
        .open(path)
        .thenCompose(
            reader ->
                stored.length == 0
                    ? reader.close()
                    : readPart(entry, reader, stored, random.nextInt(stored.length), 300_000))
        .handle((nothing, failure) -> endOfExisting(entry, failure));
  }

  private CompletableFuture<Void> readPart(
      Journal.Entry entry, AsyncFileReader reader, Stored stored, int begin, int most) {
    ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(most));
    return reader
        .read(begin, target)
        .thenAccept(
            count -> {
              if (count != Math.min(target.capacity(), reader.status().length() - begin)) {
                entry.violation("read " + count + " bytes at " + begin + " of " + reader.status());
              }
              compare(entry, stored, begin, target.flip());
            })
        .whenComplete(
            (nothing, failure) -> {
              var unused = reader.close();
            });
  }

  private CompletableFuture<Void> list() {
    Journal.Entry entry = journal.begin(Action.LIST, directory, "", 0, 0);
    Names listed = new Names();
    client.list(directory).subscribe(listed);
    return listed
        .end
        // A subscriber hears of no deadline.
        .orTimeout(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (names, failure) -> {
              if (failure == null) {
                compareNames(entry, names);
              }
              return end(entry, failure);
            });
  }

  private void compareNames(Journal.Entry entry, Set<String> listed) {
    for (String path : files.keySet()) {
      if (!listed.contains(path)) {
        entry.violation("the listing lacks " + path);
      }
    }
    for (String path : listed) {
      if (!files.containsKey(path) && !doubtful.contains(path)) {
        entry.violation("the listing has " + path + ", which was deleted");
      }
    }
  }

  private static final class Names implements Flow.Subscriber<DirectoryEntry> {
    private final Set<String> paths = new HashSet<>();
    private final CompletableFuture<Set<String>> end = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      paths.add(entry.status().path());
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(paths);
    }
  }
}
