package io.shoal.example;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * The reports of a service, one file each, in one directory. Nothing here blocks: a web handler may
 * call it and hand the future on. Thread-safe.
 */
public final class ReportArchive {
  /** Longest report that is read into memory. */
  private static final int LONGEST_BYTES = 1 << 20;

  private final ShoalClient shoal;
  private final String directory;

  /**
   * Makes an archive.
   *
   * @param shoal the program's one client; borrowed
   * @param directory where the reports go, for example {@code /reports}
   */
  public ReportArchive(ShoalClient shoal, String directory) {
    this.shoal = shoal;
    this.directory = directory;
  }

  /** Makes the directory, unless it is there. */
  public CompletableFuture<FileStatus> open() {
    return shoal.mkdir(directory, true);
  }

  /**
   * Stores a report, or a new version of it. Readers see the old one or the new one, never a part;
   * when the future completes, the new one is on disk on several nodes.
   */
  public CompletableFuture<FileStatus> store(String name, String text) {
    return shoal.put(
        StandardCharsets.UTF_8.encode(text),
        directory + "/" + name,
        PutOptions.DEFAULT.withOverwrite(true));
  }

  /** Fetches a report. */
  public CompletableFuture<String> read(String name) {
    return shoal
        .get(directory + "/" + name, LONGEST_BYTES)
        .thenApply(bytes -> StandardCharsets.UTF_8.decode(bytes).toString());
  }

  /** Lists the names of all reports, in their order. */
  public CompletableFuture<List<String>> names() {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    shoal.list(directory).subscribe(new NameCollector(names));
    return names;
  }

  /**
   * Fetches all reports: first their names, then all of them at once. The client keeps what is in
   * flight and in memory within its limits.
   */
  public CompletableFuture<List<String>> readAll() {
    return names()
        .thenCompose(
            names -> {
              List<CompletableFuture<String>> texts = names.stream().map(this::read).toList();
              return CompletableFuture.allOf(texts.toArray(CompletableFuture[]::new))
                  .thenApply(done -> texts.stream().map(CompletableFuture::join).toList());
            });
  }

  /** Asks for a hundred entries at a time. */
  private static final class NameCollector implements Flow.Subscriber<DirectoryEntry> {
    private static final int BATCH = 100;

    private final CompletableFuture<List<String>> result;
    private final List<String> names = new ArrayList<>();
    private Flow.Subscription subscription = new NoSubscription();

    NameCollector(CompletableFuture<List<String>> result) {
      this.result = result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      subscription.request(BATCH);
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      names.add(entry.name());
      if (names.size() % BATCH == 0) {
        subscription.request(BATCH);
      }
    }

    @Override
    public void onError(Throwable failure) {
      result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      result.complete(names);
    }
  }

  private static final class NoSubscription implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }
}
