package io.shoal.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;

/**
 * How a client behaves. All limits hold for the client as a whole.
 *
 * @param metadataServers {@code host:port} of each metadata server, at least one
 * @param clusterId the only cluster that may answer at these addresses; empty for any
 * @param clientName what this program is, for people who look at the cluster; at most 255 bytes in
 *     UTF-8
 * @param owner whom the files and directories that the client makes belong to, where their
 *     attributes do not say otherwise; at most 255 bytes in UTF-8, empty for nobody
 * @param group the same for their group
 * @param metadataTimeout longest time for a call to the metadata server, with its retries
 * @param stallTimeout longest time for which a bulk transfer may make no progress
 * @param connectTimeout longest time to set up a connection
 * @param operationTimeout longest time of a whole operation of the client, a transfer of any length
 *     included; it fails with {@code DEADLINE_EXCEEDED} then. Empty for as long as it gets on.
 *     Operations on open readers and writers are bound by the other times only.
 * @param writeBudgetBytes bytes that writers hold in memory together, at least 1 MiB
 * @param readBudgetBytes bytes that readers hold in memory together, at least 1 MiB
 * @param operationLimit operations in flight; one more waits in a queue of the same size, beyond
 *     that {@code OVERLOADED}
 * @param localReads whether long ranges of a chunk on this machine are read from the node's own
 *     file, where node and operating system let this process open it
 * @param hedgePercent how many of a hundred reads may be asked of a second node because the first
 *     lets wait, 0 to 100; the node that is later is called off
 * @param callbackExecutor where futures complete; empty for threads of the client's own
 */
public record ClientConfig(
    List<String> metadataServers,
    String clusterId,
    String clientName,
    String owner,
    String group,
    Duration metadataTimeout,
    Duration stallTimeout,
    Duration connectTimeout,
    Optional<Duration> operationTimeout,
    long writeBudgetBytes,
    long readBudgetBytes,
    int operationLimit,
    boolean localReads,
    int hedgePercent,
    Optional<Executor> callbackExecutor) {
  private static final int NAME_LIMIT_BYTES = 255;
  private static final Pattern CLUSTER_ID = Pattern.compile("[A-Za-z0-9-]{0,64}");

  public ClientConfig {
    metadataServers = List.copyOf(metadataServers);
    if (metadataServers.isEmpty()) {
      throw new IllegalArgumentException(
          "metadataServers: none (expected: at least one host:port)");
    }
    if (!CLUSTER_ID.matcher(clusterId).matches()) {
      throw new IllegalArgumentException(
          "clusterId: '" + clusterId + "' (expected: letters, digits and '-', or empty)");
    }
    requireName("clientName", clientName);
    requireName("owner", owner);
    requireName("group", group);
    requirePositive("metadataTimeout", metadataTimeout);
    requirePositive("stallTimeout", stallTimeout);
    requirePositive("connectTimeout", connectTimeout);
    operationTimeout.ifPresent(time -> requirePositive("operationTimeout", time));
    requireAtLeast("writeBudgetBytes", writeBudgetBytes, 1 << 20);
    requireAtLeast("readBudgetBytes", readBudgetBytes, 1 << 20);
    requireAtLeast("operationLimit", operationLimit, 1);
    if (hedgePercent < 0 || hedgePercent > 100) {
      throw new IllegalArgumentException("hedgePercent: " + hedgePercent + " (expected: 0 to 100)");
    }
  }

  /**
   * Returns the defaults for a cluster whose metadata servers are at these addresses. What the
   * client makes belongs to the user who runs it, as the operating system calls that user.
   */
  public static ClientConfig forCluster(String... metadataServers) {
    LocalUser user = LocalUser.current();
    return new ClientConfig(
        List.of(metadataServers),
        "",
        "shoal-client",
        user.name(),
        user.group(),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Optional.empty(),
        64L << 20,
        64L << 20,
        16_384,
        true,
        5,
        Optional.empty());
  }

  /**
   * Returns the same configuration for one cluster only: servers of another one refuse the client
   * ({@code UNAVAILABLE} with that reason, for it finds no server to talk to), should an address
   * have passed to one.
   *
   * @param id as {@link ClusterStatus#clusterId} tells it; empty for any cluster
   */
  public ClientConfig withClusterId(String id) {
    Draft draft = new Draft(this);
    draft.clusterId = id;
    return draft.build();
  }

  /** Returns the same configuration under another name. */
  public ClientConfig withClientName(String name) {
    Draft draft = new Draft(this);
    draft.clientName = name;
    return draft.build();
  }

  /**
   * Returns the same configuration for what is to belong to somebody else: for a service that acts
   * for its users. The servers take the names as they are told.
   */
  public ClientConfig withOwner(String newOwner, String newGroup) {
    Draft draft = new Draft(this);
    draft.owner = newOwner;
    draft.group = newGroup;
    return draft.build();
  }

  /** Returns the same configuration with other times. */
  public ClientConfig withTimeouts(Duration metadata, Duration stall, Duration connect) {
    Draft draft = new Draft(this);
    draft.metadataTimeout = metadata;
    draft.stallTimeout = stall;
    draft.connectTimeout = connect;
    return draft.build();
  }

  /** Returns the same configuration with a limit on the time of whole operations. */
  public ClientConfig withOperationTimeout(Duration timeout) {
    Draft draft = new Draft(this);
    draft.operationTimeout = Optional.of(timeout);
    return draft.build();
  }

  /** Returns the same configuration with other budgets. */
  public ClientConfig withBudgets(long writeBytes, long readBytes) {
    Draft draft = new Draft(this);
    draft.writeBudgetBytes = writeBytes;
    draft.readBudgetBytes = readBytes;
    return draft.build();
  }

  /** Returns the same configuration with another limit on operations in flight. */
  public ClientConfig withOperationLimit(int limit) {
    Draft draft = new Draft(this);
    draft.operationLimit = limit;
    return draft.build();
  }

  /**
   * Returns the same configuration that reads the files of nodes on this machine itself, or leaves
   * that to the nodes.
   */
  public ClientConfig withLocalReads(boolean local) {
    Draft draft = new Draft(this);
    draft.localReads = local;
    return draft.build();
  }

  /** Returns the same configuration with another share of reads that a second node may be asked. */
  public ClientConfig withHedgePercent(int percent) {
    Draft draft = new Draft(this);
    draft.hedgePercent = percent;
    return draft.build();
  }

  /** Returns the same configuration whose futures complete on an executor of the caller's. */
  public ClientConfig withCallbackExecutor(Executor executor) {
    Draft draft = new Draft(this);
    draft.callbackExecutor = Optional.of(executor);
    return draft.build();
  }

  private static void requireName(String what, String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_LIMIT_BYTES) {
      throw new IllegalArgumentException(
          what + ": " + bytes + " bytes (expected: at most " + NAME_LIMIT_BYTES + ")");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: at least " + least + ")");
    }
  }

  /** The values of a configuration while some of them are replaced. */
  private static final class Draft {
    private List<String> metadataServers;
    private String clusterId;
    private String clientName;
    private String owner;
    private String group;
    private Duration metadataTimeout;
    private Duration stallTimeout;
    private Duration connectTimeout;
    private Optional<Duration> operationTimeout;
    private long writeBudgetBytes;
    private long readBudgetBytes;
    private int operationLimit;
    private boolean localReads;
    private int hedgePercent;
    private Optional<Executor> callbackExecutor;

    Draft(ClientConfig of) {
      metadataServers = of.metadataServers;
      clusterId = of.clusterId;
      clientName = of.clientName;
      owner = of.owner;
      group = of.group;
      metadataTimeout = of.metadataTimeout;
      stallTimeout = of.stallTimeout;
      connectTimeout = of.connectTimeout;
      operationTimeout = of.operationTimeout;
      writeBudgetBytes = of.writeBudgetBytes;
      readBudgetBytes = of.readBudgetBytes;
      operationLimit = of.operationLimit;
      localReads = of.localReads;
      hedgePercent = of.hedgePercent;
      callbackExecutor = of.callbackExecutor;
    }

    ClientConfig build() {
      return new ClientConfig(
          metadataServers,
          clusterId,
          clientName,
          owner,
          group,
          metadataTimeout,
          stallTimeout,
          connectTimeout,
          operationTimeout,
          writeBudgetBytes,
          readBudgetBytes,
          operationLimit,
          localReads,
          hedgePercent,
          callbackExecutor);
    }
  }
}
