package io.shoal.testkit;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import io.shoal.common.config.Config;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.program.RunningServer;
import io.shoal.common.rpc.HostPort;
import io.shoal.metadata.MetadataServer;
import io.shoal.metadata.MetadataServerConfig;
import io.shoal.metadata.MetadataServerSettings;
import io.shoal.storage.StorageNode;
import io.shoal.storage.StorageNodeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One metadata server and some storage nodes in this JVM, in a directory of their own. Nodes are
 * numbered from 1. Used by one thread at a time. {@link #close} fails if any server met a defect.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final int START_SECONDS = 60;
  private static final String VERSION = "testkit";

  private final Path directory;
  private final List<String> metadataSettings;
  private final List<String> nodeSettings;
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final Map<Integer, StorageNode> nodes = new TreeMap<>();
  private final Map<Integer, Integer> ports = new TreeMap<>();
  private @Nullable MetadataServer metadata;
  private int metadataPort;

  private EmbeddedCluster(
      Path directory, List<String> metadataSettings, List<String> nodeSettings) {
    this.directory = directory;
    this.metadataSettings = metadataSettings;
    this.nodeSettings = nodeSettings;
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

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** Sets the number of storage nodes; without it there are three. */
    public Builder nodes(int count) {
      nodes = count;
      return this;
    }

    /** Adds a setting of the metadata server, {@code key=value}. */
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
      EmbeddedCluster cluster = new EmbeddedCluster(directory, metadataSettings, nodeSettings);
      try {
        Files.writeString(directory.resolve("secret"), "testkit-secret-0123456789");
        cluster.startMetadata();
        for (int i = 1; i <= nodes; i++) {
          cluster.startNode(i);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return cluster;
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

  /** Starts the metadata server, on the port that it had before, and waits until it serves. */
  public void startMetadata() {
    List<String> settings = new ArrayList<>(metadataSettings);
    settings.add("data-directory=" + directory.resolve("metadata"));
    settings.add("secret-file=" + directory.resolve("secret"));
    settings.add("port=" + metadataPort);
    settings.add("raft-port=0");
    Config config = Config.load(MetadataServerSettings.SCHEMA, Optional.empty(), settings);
    MetadataServer started =
        MetadataServer.start(MetadataServerConfig.of(config, VERSION), faults());
    metadata = started;
    metadataPort = started.port();
    awaitServing("metadata server", started);
  }

  /** Ends the metadata server. */
  public void stopMetadata() {
    if (metadata != null) {
      metadata.close();
      metadata = null;
    }
  }

  /**
   * Starts a storage node, on the port and the data that it had before, and waits until it serves.
   */
  public void startNode(int number) {
    List<String> settings = new ArrayList<>(nodeSettings);
    settings.add("data-directories=" + nodeDirectory(number));
    settings.add("secret-file=" + directory.resolve("secret"));
    settings.add("port=" + ports.getOrDefault(number, 0));
    settings.add("metadata-servers=" + metadataServer());
    Config config = Config.load(StorageNodeSettings.SCHEMA, Optional.empty(), settings);
    StorageNode started = StorageNode.start(StorageNodeSettings.read(config), VERSION, faults());
    nodes.put(number, started);
    ports.put(number, started.port());
    awaitServing("storage node " + number, started);
  }

  /** Ends a storage node. */
  public void stopNode(int number) {
    StorageNode node = nodes.remove(number);
    if (node != null) {
      node.close();
    }
  }

  /** Returns where a storage node keeps its only volume. */
  public Path nodeDirectory(int number) {
    return directory.resolve("node-" + number);
  }

  /** Returns where the metadata server listens. */
  public HostPort metadataServer() {
    return new HostPort("127.0.0.1", metadataPort);
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
    return ClientConfig.forCluster(metadataServer().toString()).withClientName("testkit");
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
