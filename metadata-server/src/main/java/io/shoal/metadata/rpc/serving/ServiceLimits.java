package io.shoal.metadata.rpc.serving;

import static io.shoal.common.config.ValueTypes.bytes;
import static io.shoal.common.config.ValueTypes.integer;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;

/**
 * How much a metadata server takes on at a time. A stream that reaches its own limits is not read
 * any further until answers have left; a request beyond the server's limits is answered with
 * OVERLOADED.
 *
 * @param streamRequests most requests of one stream that are not answered yet
 * @param streamBytes most bytes of one stream's requests and waiting answers
 * @param serverRequests most requests of all streams
 * @param serverBytes most bytes of all streams' requests and waiting answers
 * @param readThreads threads that may wait for the disk
 * @param readQueue most queries that wait for one of these threads
 */
public record ServiceLimits(
    int streamRequests,
    long streamBytes,
    int serverRequests,
    long serverBytes,
    int readThreads,
    int readQueue) {
  /** Rule C4, for the request that becomes a command. */
  public static final int COMMAND_LIMIT_BYTES = 1 << 20;

  private static final Key<Integer> STREAM_REQUESTS =
      Key.of(
          "rpc.stream-requests",
          integer(1, 65_536),
          "256",
          "Requests of one client stream that are served at a time.");
  private static final Key<Long> STREAM_BYTES =
      Key.of(
          "rpc.stream-bytes",
          bytes("1MiB", "1GiB"),
          "8MiB",
          "Memory for the requests and answers of one client stream.");
  private static final Key<Integer> SERVER_REQUESTS =
      Key.of(
          "rpc.server-requests",
          integer(1, 1 << 20),
          "8192",
          "Requests of all clients that are served at a time; more are refused as overload.");
  private static final Key<Long> SERVER_BYTES =
      Key.of(
          "rpc.server-bytes",
          bytes("1MiB", "64GiB"),
          "48MiB",
          "Memory for the requests and answers of all clients; more are refused as overload.");
  private static final Key<Integer> READ_THREADS =
      Key.of(
          "read.threads",
          integer(1, 256),
          "4",
          "Threads that read the namespace and may wait for the disk.");
  private static final Key<Integer> READ_QUEUE =
      Key.of(
          "read.queue",
          integer(1, 1 << 20),
          "4096",
          "Reads that wait for one of these threads; more are refused as overload.");

  /** The keys of the configuration file. */
  public static final Section SECTION =
      Section.of(
          "limits on work in progress",
          STREAM_REQUESTS,
          STREAM_BYTES,
          SERVER_REQUESTS,
          SERVER_BYTES,
          READ_THREADS,
          READ_QUEUE);

  public ServiceLimits {
    requireAtLeastOne("rpc.stream-requests", streamRequests);
    requireAtLeastOne("rpc.stream-bytes", streamBytes);
    requireAtLeastOne("rpc.server-requests", serverRequests);
    requireAtLeastOne("rpc.server-bytes", serverBytes);
    requireAtLeastOne("read.threads", readThreads);
    requireAtLeastOne("read.queue", readQueue);
  }

  /** Reads the keys of {@link #SECTION}. */
  public static ServiceLimits of(Config config) {
    return new ServiceLimits(
        config.get(STREAM_REQUESTS),
        config.get(STREAM_BYTES),
        config.get(SERVER_REQUESTS),
        config.get(SERVER_BYTES),
        config.get(READ_THREADS),
        config.get(READ_QUEUE));
  }

  private static void requireAtLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
  }
}
