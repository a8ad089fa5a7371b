package io.shoal.example;

import io.shoal.client.ClientConfig;
import io.shoal.client.FileStatus;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * Stores some reports in a cluster, lists them and reads them back, all at once.
 *
 * <p>Argument: the address of the metadata server, {@code 127.0.0.1:7400} if there is none.
 */
public final class ReportArchiveDemo {
  private static final int REPORTS = 200;

  private ReportArchiveDemo() {}

  /** Runs the example; only here, at the edge of a program, is anything waited for. */
  public static void main(String[] args) {
    String server = args.length > 0 ? args[0] : "127.0.0.1:7400";
    ClientConfig config = ClientConfig.forCluster(server).withClientName("report-archive");
    try (ShoalClient shoal = ShoalClient.create(config)) {
      ReportArchive archive = new ReportArchive(shoal, "/reports");
      archive
          .open()
          .thenCompose(directory -> storeSome(archive))
          .thenCompose(stored -> archive.readAll())
          .thenAccept(texts -> System.out.println(texts.size() + " reports read"))
          .join();
    } catch (CompletionException e) {
      ShoalException failure = ShoalException.of(e);
      System.err.println(failure.getMessage());
      System.exit(failure.code() == ErrorCode.UNAVAILABLE ? 2 : 1);
    }
  }

  private static CompletableFuture<Void> storeSome(ReportArchive archive) {
    List<CompletableFuture<FileStatus>> stored =
        IntStream.range(0, REPORTS)
            .mapToObj(i -> archive.store("report-%03d.txt".formatted(i), "Report number " + i))
            .toList();
    return CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new));
  }
}
