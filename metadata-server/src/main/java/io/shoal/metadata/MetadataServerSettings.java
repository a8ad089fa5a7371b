package io.shoal.metadata;

import static io.shoal.common.config.ValueTypes.bytes;
import static io.shoal.common.config.ValueTypes.duration;
import static io.shoal.common.config.ValueTypes.integer;
import static io.shoal.common.config.ValueTypes.listOf;
import static io.shoal.common.config.ValueTypes.nonEmptyString;
import static io.shoal.common.config.ValueTypes.optional;
import static io.shoal.common.config.ValueTypes.path;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import io.shoal.common.config.ValueType;
import io.shoal.common.rpc.HostPort;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.rpc.ServiceSettings;
import io.shoal.metadata.store.RocksSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The keys of a metadata server's configuration file, and what is made of them. */
public final class MetadataServerSettings {
  private static final Key<String> HOST =
      Key.of("host", nonEmptyString(), "127.0.0.1", "Host name or address to listen on.");
  private static final Key<Integer> PORT =
      Key.of("port", integer(0, 65_535), "7400", "Port to listen on; 0 takes any free one.");
  private static final Key<String> PEER_ID =
      Key.of(
          "peer-id",
          nonEmptyString(),
          "m1",
          "Name of this server among the metadata servers; it stays, and is never given to another"
              + " one.");
  private static final Key<List<Peer>> PEERS =
      Key.of(
          "peers",
          listOf(new ValueType<>("id=host:port/raft-port", Peer::parse)),
          "",
          "All metadata servers of a new cluster, this one included, the same list for each of them:"
              + " 3 or 5. Later the log tells who they are, and of this list only this server's own"
              + " entry counts. Founded with that alone, it can get others later. Empty: this is the"
              + " only one, and stays so.");
  private static final Key<Integer> EVENT_LOOPS =
      Key.of("event-loops", integer(1, 64), "2", "Threads that serve the network.");
  private static final Key<Long> DIRECT_MEMORY =
      Key.of(
          "direct-memory",
          bytes("16MiB", "64GiB"),
          "48MiB",
          "Memory for requests and answers on their way; the JVM's MaxDirectMemorySize has to be"
              + " above it.");
  private static final Key<Duration> DRAIN_LIMIT =
      Key.of(
          "drain-limit",
          duration("0", "10m"),
          "1s",
          "How long requests may go on when the server is asked to stop.");

  private static final Key<Path> DATA_DIRECTORY =
      Key.required(
          "data-directory",
          path(),
          "Directory for the log, the state and its snapshots. A new one is created and founds a"
              + " cluster, unless there are other peers: then each is made once, by --format when"
              + " the cluster is new, or by --join for a server that is added to it later.");
  private static final Key<Path> SECRET_FILE =
      Key.required(
          "secret-file",
          path(),
          "File with the secret that all servers of the cluster share; a text of 16 characters or"
              + " more.");
  private static final Key<Optional<UUID>> CLUSTER_ID =
      Key.of(
          "cluster-id",
          optional(new ValueType<>("a UUID", UUID::fromString)),
          "",
          "The only cluster that the data directory may belong to; a new directory gets it. Without"
              + " it, a new directory draws one.");

  private static final Key<Integer> ENTRIES_IN_FLIGHT =
      Key.of(
          "log.entries-in-flight",
          integer(1, 64),
          "1",
          "Log entries that are made durable at a time; commands that come meanwhile share the next"
              + " one.");
  private static final Key<Integer> PENDING_COMMANDS =
      Key.of(
          "log.pending-commands",
          integer(1, 1 << 20),
          "16384",
          "Commands that wait for the log or are on their way through it; more are refused as"
              + " overload.");
  private static final Key<Long> PENDING_BYTES =
      Key.of(
          "log.pending-bytes",
          bytes("1MiB", "4GiB"),
          "16MiB",
          "Bytes of these commands; more are refused as overload.");
  private static final Key<Integer> SNAPSHOT_ENTRIES =
      Key.of(
          "snapshot.entries",
          integer(1, Integer.MAX_VALUE),
          "100000",
          "After so many log entries a snapshot is taken and the log cut behind it.");
  private static final Key<Long> SNAPSHOT_LOG_BYTES =
      Key.of(
          "snapshot.log-bytes",
          bytes("1MiB", "1TiB"),
          "128MiB",
          "Or after so many bytes of log. A restart reads up to twice as much.");
  private static final Key<Integer> SNAPSHOTS_RETAINED =
      Key.of("snapshot.retained", integer(1, 100), "2", "Snapshots that are kept.");
  private static final Key<Long> BLOCK_CACHE =
      Key.of(
          "state.block-cache",
          bytes("1MiB", "1TiB"),
          "32MiB",
          "Memory for blocks of the state that were read from disk.");
  private static final Key<Long> WRITE_BUFFERS =
      Key.of(
          "state.write-buffers",
          bytes("1MiB", "64GiB"),
          "24MiB",
          "Memory for changes of the state until they are written to disk.");
  private static final Key<Integer> OPEN_FILES =
      Key.of(
          "state.open-files", integer(16, 1_000_000), "512", "Files of the state that stay open.");
  private static final Key<Integer> BACKGROUND_JOBS =
      Key.of(
          "state.background-jobs",
          integer(1, 64),
          "2",
          "Writes to disk and compactions of the state at a time.");

  /** All keys, those of the services included. */
  public static final ConfigSchema SCHEMA =
      new ConfigSchema("Configuration of a metadata server.", sections());

  private MetadataServerSettings() {}

  private static List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    sections.add(Section.of("where it is", HOST, PORT, EVENT_LOOPS, DIRECT_MEMORY, DRAIN_LIMIT));
    sections.add(Section.of("the other metadata servers", PEER_ID, PEERS));
    sections.add(Section.of("its data", DATA_DIRECTORY, SECRET_FILE, CLUSTER_ID));
    sections.addAll(ServiceSettings.SECTIONS);
    sections.add(
        Section.of(
            "the log and the state",
            ENTRIES_IN_FLIGHT,
            PENDING_COMMANDS,
            PENDING_BYTES,
            SNAPSHOT_ENTRIES,
            SNAPSHOT_LOG_BYTES,
            SNAPSHOTS_RETAINED,
            BLOCK_CACHE,
            WRITE_BUFFERS,
            OPEN_FILES,
            BACKGROUND_JOBS));
    return sections;
  }

  static MetadataServerConfig build(Config config, String version) {
    return new MetadataServerConfig(
        new MetadataServerConfig.Endpoint(
            new HostPort(config.get(HOST), config.get(PORT)),
            config.get(EVENT_LOOPS),
            config.get(DIRECT_MEMORY)),
        new MetadataServerConfig.Place(
            config.get(DATA_DIRECTORY), config.get(CLUSTER_ID), config.get(SECRET_FILE)),
        group(config),
        log(config),
        ServiceSettings.of(config, version, ""),
        config.get(DRAIN_LIMIT));
  }

  private static MetadataServerConfig.Group group(Config config) {
    List<Peer> peers = config.get(PEERS);
    if (peers.isEmpty()) {
      HostPort self = new HostPort(config.get(HOST), config.get(PORT));
      peers = List.of(new Peer(config.get(PEER_ID), self, 0));
    }
    return new MetadataServerConfig.Group(config.get(PEER_ID), peers);
  }

  private static MetadataServerConfig.Log log(Config config) {
    QueueLimits usual = QueueLimits.DEFAULT;
    return new MetadataServerConfig.Log(
        new QueueLimits(
            usual.commandBytesMax(),
            usual.entryBytesMax(),
            usual.entryCommandsMax(),
            config.get(ENTRIES_IN_FLIGHT),
            config.get(PENDING_COMMANDS),
            config.get(PENDING_BYTES)),
        new SnapshotSettings(
            config.get(SNAPSHOT_ENTRIES),
            config.get(SNAPSHOT_LOG_BYTES),
            config.get(SNAPSHOTS_RETAINED)),
        new RocksSettings(
            config.get(BLOCK_CACHE),
            config.get(WRITE_BUFFERS),
            config.get(OPEN_FILES),
            config.get(BACKGROUND_JOBS)));
  }
}
