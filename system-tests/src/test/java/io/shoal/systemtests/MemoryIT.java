package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the servers take when all that a client can begin is begun at once. */
class MemoryIT {
  private static final int SMALL_FILES = 10_000;
  private static final int SMALL_BYTES = 4_096;
  private static final int LARGE_FILES = 8;
  private static final int LARGE_BYTES = 24 << 20;
  private static final Duration LONG = Duration.ofMinutes(2);

  /** As a server says it in its log. */
  private static final Pattern BOUND = Pattern.compile("memory: at most (\\d+) MiB");

  @TempDir private Path directory;

  @Test
  void tenThousandOperationsInFlight_everyServerStaysWithinItsBound() throws Exception {
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("cluster"));
        ShoalClient client = cluster.client()) {
      byte[] large = new byte[LARGE_BYTES];
      new Random(3).nextBytes(large);
      Await.result(client.mkdir("/small", true));
      List<CompletableFuture<?>> flood = new ArrayList<>();
      for (int i = 0; i < LARGE_FILES; i++) {
        flood.add(client.put(ByteBuffer.wrap(large), "/large" + i, PutOptions.DEFAULT));
      }
      for (int i = 0; i < SMALL_FILES; i++) {
        flood.add(
            client.put(ByteBuffer.wrap(large, i, SMALL_BYTES), "/small/" + i, PutOptions.DEFAULT));
      }
      awaitAll(flood);
      for (int i = 0; i < SMALL_FILES; i++) {
        flood.add(client.get("/small/" + i, SMALL_BYTES));
      }
      for (int i = 0; i < LARGE_FILES; i++) {
        AsyncFileReader reader = Await.result(client.open("/large" + i), LONG);
        flood.add(reader.read(0, ByteBuffer.allocate(LARGE_BYTES)));
      }
      awaitAll(flood);
      for (String member : cluster.members()) {
        long peak = peakMebibytes(cluster.process(member).pid());
        assertThat(peak).as(member).isLessThanOrEqualTo(bound(cluster, member));
      }
    }
  }

  private static void awaitAll(List<CompletableFuture<?>> flood) {
    flood.forEach(operation -> Await.result(operation, LONG));
    flood.clear();
  }

  private static long bound(SystemCluster cluster, String member) throws IOException {
    String log = Files.readString(cluster.directory().resolve("logs").resolve(member + ".log"));
    Matcher told = BOUND.matcher(log);
    assertThat(told.find()).as("a bound in the log of " + member).isTrue();
    return Long.parseLong(told.group(1));
  }

  private static long peakMebibytes(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
