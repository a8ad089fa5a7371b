package io.shoal.storage;

import static io.shoal.common.config.ValueTypes.bool;
import static io.shoal.common.config.ValueTypes.bytes;
import static io.shoal.common.config.ValueTypes.duration;
import static io.shoal.common.config.ValueTypes.hostPort;
import static io.shoal.common.config.ValueTypes.integer;
import static io.shoal.common.config.ValueTypes.nonEmptyListOf;
import static io.shoal.common.config.ValueTypes.nonEmptyString;
import static io.shoal.common.config.ValueTypes.optional;
import static io.shoal.common.config.ValueTypes.path;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import io.shoal.common.rpc.HostPort;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.heartbeat.HeartbeatConfig;
import io.shoal.storage.index.IndexConfig;
import io.shoal.storage.rpc.StreamConfig;
import io.shoal.storage.scrub.ScrubConfig;
import io.shoal.storage.trash.TrashConfig;
import io.shoal.storage.volume.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of a storage node's configuration file, and what is made of them. */
public final class StorageNodeSettings {
  private static final Key<String> HOST =
      Key.of("host", nonEmptyString(), "127.0.0.1", "Host name or address to listen on.");
  private static final Key<Integer> PORT =
      Key.of("port", integer(0, 65_535), "7410", "Port to listen on; 0 takes any free one.");
  private static final Key<Optional<String>> ADVERTISED_HOST =
      Key.of(
          "advertised-host",
          optional(nonEmptyString()),
          "",
          "Host name or address by which clients reach this node, if that is not the one it listens"
              + " on.");
  private static final Key<String> FAILURE_DOMAIN =
      Key.of(
          "failure-domain",
          nonEmptyString(),
          "/default",
          "What fails together with this node, as a path from the general to the particular, such"
              + " as /zone/rack/host.");

  private static final Key<List<HostPort>> METADATA_SERVERS =
      Key.of(
          "metadata-servers",
          nonEmptyListOf(hostPort()),
          "127.0.0.1:7400",
          "Where the metadata servers of the cluster are.");
  private static final Key<Path> SECRET_FILE =
      Key.required(
          "secret-file",
          path(),
          "File with the secret that all servers of the cluster share; a text of 16 characters or"
              + " more.");
  private static final Key<Optional<String>> CLUSTER_ID =
      Key.of(
          "cluster-id",
          optional(nonEmptyString()),
          "",
          "The only cluster that this node's data may belong to; if it is not given, the one that"
              + " they belong to already.");
  private static final Key<Duration> SILENCE_LIMIT =
      Key.of(
          "heartbeat.silence-limit",
          duration("100ms", "10m"),
          "10s",
          "After so long without a word the metadata server counts as lost, and the next one is"
              + " tried.");
  private static final Key<Duration> QUESTION_INTERVAL =
      Key.of(
          "heartbeat.question-interval",
          duration("100ms", "1d"),
          "1m",
          "How often the metadata server is asked about chunks whose grants have run out, so that"
              + " those of writers that died are deleted.");

  private static final Key<List<Path>> DATA_DIRECTORIES =
      Key.required(
          "data-directories",
          nonEmptyListOf(path()),
          "Directories for chunks, one on each disk. New ones are created; a directory that belongs"
              + " to another node is refused.");
  private static final Key<Long> RESERVE =
      Key.of(
          "reserve",
          bytes("0", "1TiB"),
          "1GiB",
          "Bytes that are left free on the file system of each data directory.");
  private static final Key<Long> SMALL_CHUNK =
      Key.of(
          "small-chunk",
          bytes("0", "4MiB"),
          "256KiB",
          "Chunks up to this size are kept in the index of the volume instead of a file of their"
              + " own.");
  private static final Key<Long> READ_FRAME =
      Key.of(
          "read-frame",
          bytes("16KiB", "1MiB"),
          "1MiB",
          "Bytes that are read and sent at a time; a multiple of 16KiB.");
  private static final Key<Boolean> DIRECT_READS =
      Key.of(
          "direct-reads",
          bool(),
          "true",
          "Ranges of more than 256KiB are read past the page cache, which costs a fraction of the CPU"
              + " time. False is better for slow disks from which the same files are read again and"
              + " again.");
  private static final Key<Boolean> LOCAL_READS =
      Key.of(
          "local-reads",
          bool(),
          "true",
          "Readers on this machine are told where the bytes of long ranges lie, and open the files"
              + " themselves if the operating system lets them.");
  private static final Key<Integer> WRITE_THREADS =
      Key.of(
          "write-threads",
          integer(1, 256),
          "4",
          "Threads of each data directory that write and sync.");
  private static final Key<Integer> READ_THREADS =
      Key.of("read-threads", integer(1, 256), "4", "Threads of each data directory that read.");
  private static final Key<Integer> OPEN_CHUNKS =
      Key.of(
          "open-chunks",
          integer(1, 1_000_000),
          "4096",
          "Chunks of each data directory that may be open for writing at a time.");

  private static final Key<Integer> EVENT_LOOPS =
      Key.of("event-loops", integer(1, 64), "2", "Threads that serve the network.");
  private static final Key<Long> DIRECT_MEMORY =
      Key.of(
          "direct-memory",
          bytes("32MiB", "64GiB"),
          "160MiB",
          "Memory for bytes on their way between network and disks; the JVM's MaxDirectMemorySize"
              + " has to be above it.");
  private static final Key<Integer> WRITE_STREAMS =
      Key.of(
          "write.streams",
          integer(1, 1_000_000),
          "2048",
          "Chunks that may be written at a time; further writers are told to come back.");
  private static final Key<Long> WRITE_WINDOW =
      Key.of(
          "write.window",
          bytes("64KiB", "64MiB"),
          "4MiB",
          "Bytes of one writer that may wait for the disk.");
  private static final Key<Long> WRITE_MEMORY =
      Key.of("write.memory", bytes("1MiB", "16GiB"), "64MiB", "The same of all writers together.");
  private static final Key<Long> STREAM_WINDOW =
      Key.of(
          "write.stream-window",
          bytes("64KiB", "16MiB"),
          "1MiB",
          "Bytes of one writer that may have been received before the node has asked for them.");
  private static final Key<Integer> READ_STREAMS =
      Key.of(
          "read.streams",
          integer(1, 1_000_000),
          "2048",
          "Ranges that may be read at a time; further readers are told to come back.");
  private static final Key<Long> READ_WINDOW =
      Key.of(
          "read.window",
          bytes("64KiB", "64MiB"),
          "1MiB",
          "Bytes that were read for one reader and may wait for the network.");
  private static final Key<Long> READ_MEMORY =
      Key.of("read.memory", bytes("1MiB", "16GiB"), "64MiB", "The same of all readers together.");
  private static final Key<Duration> READ_STALL =
      Key.of(
          "read.stall-limit",
          duration("1s", "1d"),
          "1m",
          "A reader that takes nothing of what waits for it for so long is cut off.");
  private static final Key<Duration> DRAIN_LIMIT =
      Key.of(
          "drain-limit",
          duration("0", "10m"),
          "8s",
          "How long streams may go on when the node is asked to stop.");

  private static final Key<Duration> SCRUB_PERIOD =
      Key.of(
          "scrub.period",
          duration("1s", "3650d"),
          "14d",
          "Every chunk is read once in this time, to find bytes that went bad.");
  private static final Key<Long> SCRUB_BYTES =
      Key.of(
          "scrub.bytes-per-second",
          bytes("4KiB", "64GiB"),
          "8MiB",
          "Most bytes that are read for that in a second, even if the period is not enough then.");

  private static final Key<Duration> TRASH_PERIOD =
      Key.of(
          "trash.period",
          duration("0", "365d"),
          "1d",
          "Chunks that the metadata server does not know lie in the trash for so long before they"
              + " are erased; 0 erases them at once.");
  private static final Key<Integer> BRAKE_PERCENT =
      Key.of(
          "trash.brake-percent",
          integer(0, 100),
          "1",
          "If more than this share of the node's chunks is unknown, nothing is deleted any more until"
              + " an operator confirms it with: shoal admin confirm-deletions. 100 is no brake.");
  private static final Key<Integer> BRAKE_FLOOR =
      Key.of(
          "trash.brake-floor",
          integer(0, 1_000_000_000),
          "100",
          "So many chunks may be unknown, whatever share of the node's chunks they are.");

  /** All keys, in the order of the template. */
  public static final ConfigSchema SCHEMA =
      new ConfigSchema(
          "Configuration of a storage node.",
          List.of(
              Section.of("where it is", HOST, PORT, ADVERTISED_HOST, FAILURE_DOMAIN),
              Section.of(
                  "the cluster",
                  METADATA_SERVERS,
                  SECRET_FILE,
                  CLUSTER_ID,
                  SILENCE_LIMIT,
                  QUESTION_INTERVAL),
              Section.of(
                  "disks",
                  DATA_DIRECTORIES,
                  RESERVE,
                  SMALL_CHUNK,
                  READ_FRAME,
                  DIRECT_READS,
                  LOCAL_READS,
                  WRITE_THREADS,
                  READ_THREADS,
                  OPEN_CHUNKS),
              Section.of(
                  "streams",
                  EVENT_LOOPS,
                  DIRECT_MEMORY,
                  WRITE_STREAMS,
                  WRITE_WINDOW,
                  WRITE_MEMORY,
                  STREAM_WINDOW,
                  READ_STREAMS,
                  READ_WINDOW,
                  READ_MEMORY,
                  READ_STALL,
                  DRAIN_LIMIT),
              Section.of("scrubbing", SCRUB_PERIOD, SCRUB_BYTES),
              Section.of("trash", TRASH_PERIOD, BRAKE_PERCENT, BRAKE_FLOOR)));

  private StorageNodeSettings() {}

  /** Builds what the node is told; throws {@code INVALID_ARGUMENT} if values do not go together. */
  public static StorageNodeConfig read(Config config) {
    return config.build(StorageNodeSettings::build);
  }

  private static StorageNodeConfig build(Config config) {
    HeartbeatConfig usual = HeartbeatConfig.defaults(config.get(METADATA_SERVERS));
    return new StorageNodeConfig(
        endpoint(config),
        config.get(DATA_DIRECTORIES),
        config.get(SECRET_FILE),
        store(config),
        streams(config),
        new HeartbeatConfig(
            usual.metadataServers(),
            usual.firstBackoff(),
            usual.maxBackoff(),
            config.get(SILENCE_LIMIT),
            config.get(QUESTION_INTERVAL)),
        new ScrubConfig(config.get(SCRUB_PERIOD), config.get(SCRUB_BYTES)),
        new TrashConfig(
            config.get(TRASH_PERIOD), config.get(BRAKE_PERCENT), config.get(BRAKE_FLOOR)),
        config.get(DRAIN_LIMIT));
  }

  private static StorageNodeConfig.Endpoint endpoint(Config config) {
    return new StorageNodeConfig.Endpoint(
        new HostPort(config.get(HOST), config.get(PORT)),
        config.get(ADVERTISED_HOST),
        config.get(FAILURE_DOMAIN),
        config.get(CLUSTER_ID),
        config.get(EVENT_LOOPS),
        intBytes(config, STREAM_WINDOW),
        config.get(DIRECT_MEMORY));
  }

  private static StoreConfig store(Config config) {
    ChunkConfig usual = ChunkConfig.defaults();
    return new StoreConfig(
        new ChunkConfig(
            intBytes(config, SMALL_CHUNK),
            intBytes(config, READ_FRAME),
            config.get(DIRECT_READS),
            config.get(LOCAL_READS),
            config.get(WRITE_THREADS),
            config.get(READ_THREADS),
            config.get(OPEN_CHUNKS),
            usual.maxPendingWriteBytes(),
            usual.maxBufferedBytes(),
            usual.maxQueuedReads(),
            usual.maxQueuedReadBytes()),
        IndexConfig.defaults(),
        config.get(RESERVE));
  }

  private static StreamConfig streams(Config config) {
    return new StreamConfig(
        config.get(WRITE_STREAMS),
        intBytes(config, WRITE_WINDOW),
        config.get(WRITE_MEMORY),
        config.get(READ_STREAMS),
        intBytes(config, READ_WINDOW),
        config.get(READ_MEMORY),
        config.get(READ_STALL));
  }

  /** Of keys whose greatest value fits. */
  private static int intBytes(Config config, Key<Long> key) {
    return Math.toIntExact(config.get(key));
  }
}
