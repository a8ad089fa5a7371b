package io.shoal.testkit;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import io.shoal.common.config.Config;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.program.RunningServer;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.snapshot.DurableFiles;
import io.shoal.metadata.BackupRestore;
import io.shoal.metadata.MetadataServer;
import io.shoal.metadata.MetadataServerConfig;
import io.shoal.metadata.MetadataServerSettings;
import io.shoal.storage.StorageNode;
import io.shoal.storage.StorageNodeConfig;
import io.shoal.storage.StorageNodeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One or several metadata servers and some storage nodes in this JVM, in a directory of their own.
 * Both are numbered from 1. Used by one thread at a time. {@link #close} fails if any server met a
 * defect.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final int START_SECONDS = 60;
  private static final String VERSION = "testkit";
  private static final String CLUSTER_ID = "5e0a1000-0000-4000-8000-000000000001";

  private final Path directory;
  private final List<String> metadataSettings;
  private final List<String> nodeSettings;
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final Map<Integer, StorageNode> nodes = new TreeMap<>();
  private final Map<Integer, Integer> ports = new TreeMap<>();

  /** Data directories of nodes, where they are not the usual one; read by threads of the nodes. */
  private final Map<Integer, String> volumes = new ConcurrentHashMap<>();

  private final Map<Integer, MetadataServer> metadata = new TreeMap<>();

  /** The ports of each metadata server; 0 for any before its first start. */
  private final List<Integer> metadataPorts = new ArrayList<>();

  /** How several metadata servers name each other. */
  private final String peers;

  private EmbeddedCluster(Builder builder) throws IOException {
    this.directory = builder.directory;
    this.metadataSettings = builder.metadataSettings;
    this.nodeSettings = builder.nodeSettings;
    if (builder.metadataServers == 1) {
      metadataPorts.add(0);
      peers = "";
      return;
    }
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= builder.metadataServers; i++) {
      int port = freePort();
      metadataPorts.add(port);
      all.add("m" + i + "=127.0.0.1:" + port + "/" + freePort());
    }
    peers = String.join(",", all);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Says what a cluster is like before it is started. */
  public static final class Builder {
    private final Path directory;
    private final List<String> metadataSettings =
        new ArrayList<>(
            List.of(
                "file.chunk-size=1MiB",
                "file.grace=200ms",
                "grant.lifetime=60s",
                "session.lifetime=3s",
                "node.heartbeat-interval=200ms",
                "node.suspect-after=2s",
                "maintenance.interval=100ms"));
    private final List<String> nodeSettings =
        new ArrayList<>(
            List.of("reserve=16MiB", "heartbeat.question-interval=500ms", "drain-limit=1s"));
    private int nodes = 3;
    private int metadataServers = 1;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** Sets the number of storage nodes; without it there are three. */
    public Builder nodes(int count) {
      nodes = count;
      return this;
    }

    /** Sets the number of metadata servers, 1, 3 or 5; without it there is one. */
    public Builder metadataServers(int count) {
      metadataServers = count;
      return this;
    }

    /** Adds a setting of the metadata servers, {@code key=value}. */
    public Builder metadata(String setting) {
      metadataSettings.add(setting);
      return this;
    }

    /** Adds a setting of every storage node, {@code key=value}. */
    public Builder node(String setting) {
      nodeSettings.add(setting);
      return this;
    }

    /** Starts everything and waits until it serves. */
    public EmbeddedCluster start() {
      metadataSettings.add("file.replication=" + Math.min(3, nodes));
      metadataSettings.add("file.min-replicas=" + Math.min(2, nodes));
      try {
        EmbeddedCluster cluster = new EmbeddedCluster(this);
        Files.writeString(cluster.secretFile(), "testkit-secret-0123456789");
        cluster.formatMetadata();
        cluster.startMetadata();
        for (int i = 1; i <= nodes; i++) {
          cluster.startNode(i);
        }
        return cluster;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Begins to describe a cluster.
   *
   * @param directory exists and is empty
   */
  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  private void formatMetadata() {
    for (int i = 1; i <= metadataPorts.size(); i++) {
      if (metadataPorts.size() > 1) {
        MetadataServer.format(metadataConfig(i));
      }
    }
  }

  /** Starts all metadata servers that do not run, and waits until they serve. */
  public void startMetadata() {
    Map<Integer, MetadataServer> started = new TreeMap<>();
    for (int i = 1; i <= metadataPorts.size(); i++) {
      if (!metadata.containsKey(i)) {
        started.put(i, launchMetadata(i));
      }
    }
    started.forEach((number, server) -> awaitServing("metadata server " + number, server));
  }

  /** Starts a metadata server, on the port that it had before, and waits until it serves. */
  public void startMetadata(int number) {
    awaitServing("metadata server " + number, launchMetadata(number));
  }

  /**
   * Has a metadata server begin with a backup when it is started next; what data it had are
   * deleted.
   */
  public void restoreMetadata(int number, Path backup) throws IOException {
    DurableFiles.deleteTree(metadataDirectory(number));
    BackupRestore.restore(metadataConfig(number), backup);
  }

  /** Returns the file with the cluster's secret. */
  public Path secretFile() {
    return directory.resolve("secret");
  }

  private MetadataServer launchMetadata(int number) {
    MetadataServer started = MetadataServer.start(metadataConfig(number), faults());
    metadata.put(number, started);
    metadataPorts.set(number - 1, started.port());
    return started;
  }

  private MetadataServerConfig metadataConfig(int number) {
    List<String> settings = new ArrayList<>(metadataSettings);
    settings.add("data-directory=" + metadataDirectory(number));
    settings.add("secret-file=" + secretFile());
    settings.add("port=" + metadataPorts.get(number - 1));
    settings.add("peer-id=m" + number);
    settings.add("peers=" + peers);
    settings.add("cluster-id=" + CLUSTER_ID);
    Config config = Config.load(MetadataServerSettings.SCHEMA, Optional.empty(), settings);
    return MetadataServerConfig.of(config, VERSION);
  }

  /** Returns where a metadata server keeps its data. */
  public Path metadataDirectory(int number) {
    return directory.resolve(number == 1 ? "metadata" : "metadata-" + number);
  }

  /** Ends all metadata servers. */
  public void stopMetadata() {
    List.copyOf(metadata.keySet()).forEach(this::stopMetadata);
  }

  /** Ends a metadata server. */
  public void stopMetadata(int number) {
    MetadataServer server = metadata.remove(number);
    if (server != null) {
      server.close();
    }
  }

  /**
   * Starts a storage node, on the port and the data that it had before, and waits until it serves.
   */
  public void startNode(int number) {
    List<String> settings = new ArrayList<>(nodeSettings);
    settings.add("secret-file=" + secretFile());
    settings.add("port=" + ports.getOrDefault(number, 0));
    settings.add("metadata-servers=" + metadataServers());
    Supplier<StorageNodeConfig> config = () -> nodeConfig(settings, number);
    StorageNode started = StorageNode.start(config.get(), config, VERSION, faults());
    nodes.put(number, started);
    ports.put(number, started.port());
    awaitServing("storage node " + number, started);
  }

  private StorageNodeConfig nodeConfig(List<String> settings, int number) {
    List<String> all = new ArrayList<>(settings);
    all.add("data-directories=" + volumes.getOrDefault(number, nodeDirectory(number).toString()));
    return StorageNodeSettings.read(Config.load(StorageNodeSettings.SCHEMA, Optional.empty(), all));
  }

  /** Sets the data directories of a storage node, for when it starts or reloads next. */
  public void setVolumes(int number, Path... directories) {
    volumes.put(
        number, Stream.of(directories).map(Path::toString).collect(Collectors.joining(",")));
  }

  /** Ends a storage node. */
  public void stopNode(int number) {
    StorageNode node = nodes.remove(number);
    if (node != null) {
      node.close();
    }
  }

  /** Returns where a storage node keeps its only volume, unless others were set. */
  public Path nodeDirectory(int number) {
    return directory.resolve("node-" + number);
  }

  /** Returns where the metadata servers listen, with commas between them. */
  public String metadataServers() {
    return metadataPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** Returns where the first metadata server listens. */
  public HostPort metadataServer() {
    return new HostPort("127.0.0.1", metadataPorts.get(0));
  }

  /** Returns the number of the metadata server that leads; 0 if none does at the moment. */
  public int leader() {
    return metadata.entrySet().stream()
        .filter(server -> server.getValue().leads())
        .map(Map.Entry::getKey)
        .findAny()
        .orElse(0);
  }

  /** Returns where a storage node listens. */
  public HostPort node(int number) {
    Integer port = ports.get(number);
    if (port == null) {
      throw new IllegalArgumentException(
          "node: " + number + " (expected: one of " + ports.keySet() + ")");
    }
    return new HostPort("127.0.0.1", port);
  }

  /** Returns the configuration of a client of this cluster. */
  public ClientConfig clientConfig() {
    return ClientConfig.forCluster(metadataServers().split(",", -1)).withClientName("testkit");
  }

  /** Makes a client; the caller closes it. */
  public ShoalClient newClient() {
    return ShoalClient.create(clientConfig());
  }

  private FaultHandler faults() {
    return (where, fault) -> defects.add(new IllegalStateException(where, fault));
  }

  private static void awaitServing(String what, RunningServer server) {
    try {
      server.serving().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(what + ": interrupted before it served", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(what + ": does not serve", e);
    }
  }

  @Override
  public void close() {
    List.copyOf(nodes.keySet()).forEach(this::stopNode);
    stopMetadata();
    if (!defects.isEmpty()) {
      AssertionError error = new AssertionError("servers met " + defects.size() + " defects");
      defects.forEach(error::addSuppressed);
      throw error;
    }
  }
}
