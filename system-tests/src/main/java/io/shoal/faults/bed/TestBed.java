package io.shoal.faults.bed;

import io.shoal.faults.check.CheckMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A cluster of real processes, each on a host of its own in a network that is made for it, two
 * client processes that work on it, and all that is needed to disturb them. Needs root.
 *
 * <p>Every node has two volumes. One node's system calls can be made to fail, one has a clock that
 * can be set, as has the metadata server, and one has a volume on a small disk of its own. Each
 * server has a disk whose power can be cut.
 */
public final class TestBed implements AutoCloseable {
  /** Longest time of an operation of a worker, in seconds. */
  public static final int LIMIT_SECONDS = 20;

  public static final int NODES = 5;

  /** After so long without a word the leader gives a node up. */
  public static final Duration DEAD_AFTER = Duration.ofSeconds(4);

  /** Every chunk is read once in this time. */
  public static final Duration SCRUB_PERIOD = Duration.ofSeconds(3);

  private static final String CLUSTER_ID = "5e0a1000-0000-4000-8000-000000000002";
  private static final Pattern LEADS = Pattern.compile("Term (\\d+): this server leads$");
  private static final int METADATA_HOST = 10;
  private static final int FIRST_NODE_HOST = 21;
  private static final int CLIENT_HOST = 100;

  /** For clients that can be cut from what the others see. */
  private static final int OTHER_CLIENT_HOST = 101;

  private static final int PORT = 7_400;
  private static final int WORKERS = 2;
  private static final int LANES = 5;

  private static final String DISK = "8G";
  private static final String SMALL_DISK = "640M";

  private static final int NODE_WITH_FAILING_CALLS = 4;
  private static final int NODE_WITH_SMALL_DISK = 5;
  private static final int NODE_WITH_OWN_CLOCK = 3;

  private final Path directory;
  private final RandomGenerator random;
  private final Network network;
  private final ServerPrograms programs;
  private final FailingCalls failingCalls;
  private final SetClock clockOfNode;
  private final SetClock clockOfMetadata;
  private final List<Disk> disks = new ArrayList<>();
  private final Disk smallDisk;
  private final List<Server> metadata = new ArrayList<>();
  private final List<Server> nodes = new ArrayList<>();

  /** Where the metadata servers listen. */
  private final List<String> addresses = new ArrayList<>();

  private final List<Worker> workers = new ArrayList<>();
  private final List<String> journals = new ArrayList<>();
  private int workersStarted;
  private boolean closed;

  /**
   * Makes a bed; nothing runs yet.
   *
   * @param directory for everything; must be empty
   * @param distribution what is tested
   * @param metadataServers how many; 1, 3 or 5
   */
  public TestBed(Path directory, Path distribution, int metadataServers, RandomGenerator random)
      throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory).toRealPath();
    this.random = random;
    for (String part : List.of("conf", "logs", "run", "data", "images", "journals")) {
      Files.createDirectories(this.directory.resolve(part));
    }
    Path secret = this.directory.resolve("secret");
    Files.createFile(
        secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secret, UUID.randomUUID().toString());
    network = new Network("shoal" + ProcessHandle.current().pid());
    network.addHost(CLIENT_HOST);
    network.addHost(OTHER_CLIENT_HOST);
    programs = new ServerPrograms(this.directory, distribution.toRealPath(), network);
    failingCalls = new FailingCalls(this.directory.resolve("run"));
    clockOfNode = new SetClock(this.directory.resolve("run").resolve("clock-node"));
    clockOfMetadata = new SetClock(this.directory.resolve("run").resolve("clock-metadata"));
    Disk.makeShared(data());
    smallDisk = addDisk("small", SMALL_DISK);
    for (int i = 1; i <= metadataServers; i++) {
      network.addHost(METADATA_HOST + i - 1);
      addresses.add(Network.address(METADATA_HOST + i - 1) + ":" + PORT);
    }
    for (int i = 1; i <= metadataServers; i++) {
      metadata.add(makeMetadata(i));
    }
    for (int i = 1; i <= NODES; i++) {
      network.addHost(FIRST_NODE_HOST + i - 1);
      nodes.add(makeNode(i));
    }
  }

  // --------------------------------------------------------------------------------------- servers

  private Path data() {
    return directory.resolve("data");
  }

  /** Makes a disk, which is mounted among the data. */
  private Disk addDisk(String name, String size) throws IOException, InterruptedException {
    Disk disk = Disk.mount(directory.resolve("images").resolve(name), data().resolve(name), size);
    disks.add(disk);
    return disk;
  }

  private Server makeMetadata(int number) throws IOException, InterruptedException {
    String name = "metadata-" + number;
    int host = METADATA_HOST + number - 1;
    Path data = addDisk(name, DISK).directory().resolve("state");
    Map<String, String> conf = new LinkedHashMap<>();
    conf.put("host", Network.address(host));
    conf.put("port", Integer.toString(PORT));
    if (addresses.size() > 1) {
      conf.put("peer-id", "m" + number);
      conf.put("peers", peers());
      conf.put("cluster-id", CLUSTER_ID);
    }
    conf.put("data-directory", data.toString());
    conf.put("file.chunk-size", "1MiB");
    conf.put("file.grace", "3s");
    conf.put("session.lifetime", "5s");
    conf.put("grant.lifetime", "10s");
    conf.put("node.heartbeat-interval", "250ms");
    conf.put("node.suspect-after", "1500ms");
    conf.put("node.dead-after", DEAD_AFTER.toSeconds() + "s");
    conf.put("maintenance.interval", "200ms");
    conf.put("maintenance.order-timeout", "5s");
    conf.put("repair.interval", "200ms");
    conf.put("repair.check-interval", "10s");
    conf.put("repair.order-timeout", "10s");
    conf.put("snapshot.entries", "500");
    return programs.server(
        name,
        host,
        "metadata-server",
        conf,
        List.of(data),
        number == 1 ? clockOfMetadata.environment() : Map.of());
  }

  private String peers() {
    List<String> peers = new ArrayList<>();
    for (int i = 1; i <= addresses.size(); i++) {
      peers.add("m" + i + "=" + addresses.get(i - 1) + "/" + (PORT + 1));
    }
    return String.join(",", peers);
  }

  private Server makeNode(int number) throws IOException, InterruptedException {
    String name = "node-" + number;
    int host = FIRST_NODE_HOST + number - 1;
    Path data = addDisk(name, DISK).directory();
    List<Path> volumes =
        new ArrayList<>(List.of(data.resolve("volume-1"), data.resolve("volume-2")));
    Map<String, String> environment = new LinkedHashMap<>();
    switch (number) {
      case NODE_WITH_FAILING_CALLS -> environment.putAll(failingCalls.environment());
      case NODE_WITH_OWN_CLOCK -> environment.putAll(clockOfNode.environment());
      case NODE_WITH_SMALL_DISK -> volumes.set(1, smallDisk.directory().resolve("volume-2"));
      default -> {}
    }
    Map<String, String> conf = new LinkedHashMap<>();
    conf.put("host", Network.address(host));
    conf.put("port", Integer.toString(PORT));
    conf.put("metadata-servers", metadataServers());
    conf.put("data-directories", volumes.get(0) + "," + volumes.get(1));
    conf.put("reserve", "32MiB");
    conf.put("heartbeat.silence-limit", "2s");
    conf.put("heartbeat.question-interval", "1s");
    // Killed clients leave much behind that nobody committed.
    conf.put("trash.period", "3s");
    conf.put("trash.brake-percent", "100");
    conf.put("scrub.period", SCRUB_PERIOD.toSeconds() + "s");
    conf.put("scrub.bytes-per-second", "64MiB");
    return programs.server(name, host, "storage-node", conf, volumes, environment);
  }

  /** Returns the addresses of the metadata servers, with commas between them. */
  public String metadataServers() {
    return String.join(",", addresses);
  }

  /** Starts all servers and the workers; the workers do nothing yet. */
  public void start() throws IOException, InterruptedException {
    for (Server server : metadata) {
      if (metadata.size() > 1) {
        programs.format(server);
      }
    }
    for (Server server : metadata) {
      server.start();
    }
    for (Server node : nodes) {
      node.start();
    }
    for (Server server : metadata) {
      awaitServing(server);
    }
    for (Server node : nodes) {
      awaitServing(node);
    }
    for (int i = 0; i < WORKERS; i++) {
      startWorker();
    }
  }

  private void awaitServing(Server server) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    Path log = programs.logOf(server.name());
    while (!Files.exists(log)
        || !Files.readString(log, StandardCharsets.UTF_8).contains(" serves")) {
      if (!server.isRunning() || System.nanoTime() - end > 0) {
        throw new IOException(server + " does not serve; see " + log);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  public List<Server> metadata() {
    return List.copyOf(metadata);
  }

  /**
   * Returns the metadata server that leads, or led last: the one that says so of the latest term.
   */
  public Server leader() throws IOException {
    Server leader = metadata.get(0);
    long latest = -1;
    for (Server server : metadata) {
      if (!Files.exists(programs.logOf(server.name()))) {
        continue;
      }
      try (Stream<String> lines =
          Files.lines(programs.logOf(server.name()), StandardCharsets.UTF_8)) {
        long term =
            lines
                .map(LEADS::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .max()
                .orElse(-1);
        if (term > latest) {
          latest = term;
          leader = server;
        }
      }
    }
    return leader;
  }

  public List<Server> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns some node, drawn by chance. */
  public Server anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  public Server nodeWithFailingCalls() {
    return nodes.get(NODE_WITH_FAILING_CALLS - 1);
  }

  public Server nodeWithSmallDisk() {
    return nodes.get(NODE_WITH_SMALL_DISK - 1);
  }

  public Network network() {
    return network;
  }

  public FailingCalls failingCalls() {
    return failingCalls;
  }

  public SetClock clockOfNode() {
    return clockOfNode;
  }

  public SetClock clockOfMetadata() {
    return clockOfMetadata;
  }

  public Disk smallDisk() {
    return smallDisk;
  }

  public RandomGenerator random() {
    return random;
  }

  /** Tells whether the log of a server has a text, and how often. */
  public long countInLog(Server server, String text) throws IOException {
    try (Stream<String> lines =
        Files.lines(programs.logOf(server.name()), StandardCharsets.UTF_8)) {
      return lines.filter(line -> line.contains(text)).count();
    }
  }

  /**
   * Cuts the power of all servers at once: they end where they stand, and their disks lose what was
   * not synced. Gives it back to the disks; the servers stay down.
   */
  public void cutPower() throws IOException, InterruptedException {
    List<Server> servers = new ArrayList<>(nodes);
    servers.addAll(metadata);
    // Nobody may acknowledge anything behind the moment that the disks keep.
    for (Server server : servers) {
      server.suspend();
    }
    Disk.cutPower(disks);
    for (Server server : servers) {
      server.kill();
    }
    for (Disk disk : disks) {
      disk.restorePower();
    }
  }

  // --------------------------------------------------------------------------------------- workers

  private void startWorker() throws IOException {
    workersStarted++;
    String name = "w" + workersStarted;
    workers.add(
        new Worker(
            network,
            CLIENT_HOST,
            metadataServers(),
            directory.resolve("journals").resolve(name),
            directory.resolve("logs").resolve(name + ".out"),
            "/" + name,
            LANES,
            random.nextLong(),
            LIMIT_SECONDS));
  }

  /** Starts a program of ours on the host of the clients, with pipes to it and from it. */
  public Process startOnClient(Class<?> main, List<String> arguments) throws IOException {
    return startOn(CLIENT_HOST, main, arguments);
  }

  /** As {@link #startOnClient} on a host that no other clients are on. */
  public Process startOnOtherClient(Class<?> main, List<String> arguments) throws IOException {
    return startOn(OTHER_CLIENT_HOST, main, arguments);
  }

  /**
   * Cuts the leader from the other metadata servers and from the other clients' host; the rest goes
   * on to see it.
   *
   * @return the leader
   */
  public Server cutLeaderFromMajority() throws IOException, InterruptedException {
    Server leader = leader();
    List<Integer> hosts = new ArrayList<>(List.of(OTHER_CLIENT_HOST));
    metadata.stream().filter(server -> server != leader).map(Server::host).forEach(hosts::add);
    for (int host : hosts) {
      network.cutBetween(leader.host(), host);
      network.cutBetween(host, leader.host());
    }
    return leader;
  }

  private Process startOn(int host, Class<?> main, List<String> arguments) throws IOException {
    List<String> words = new ArrayList<>(Programs.java(main));
    words.addAll(arguments);
    return new ProcessBuilder(Commands.in(network.namespace(host), words.toArray(String[]::new)))
        .redirectError(
            ProcessBuilder.Redirect.appendTo(
                directory.resolve("logs").resolve("client.out").toFile()))
        .start();
  }

  /** Lets all workers work. */
  public void resumeWork() throws IOException {
    for (Worker worker : workers) {
      worker.tell("resume");
    }
  }

  /** Tells how many operations were acknowledged up to now. */
  public long acknowledged() throws IOException {
    long count = 0;
    for (Worker worker : workers) {
      count += worker.acknowledged();
    }
    return count;
  }

  /** Lets all workers end what they are about, and waits for that. */
  public void pauseWork() throws IOException {
    for (Worker worker : workers) {
      worker.tell("pause");
    }
    for (Worker worker : workers) {
      worker.awaitPaused();
    }
  }

  /** Ends a worker in the middle of its work, and starts another one that works in its place. */
  public void killWorker() throws IOException, InterruptedException {
    Worker victim = awaitLargeFile();
    TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
    victim.kill();
    workers.remove(victim);
    if (victim.hasBegun()) {
      journals.add(victim.journal());
    }
    startWorker();
    workers.get(workers.size() - 1).tell("resume");
  }

  /** Waits for a worker that puts a large file: of which a part may be there when it dies. */
  private Worker awaitLargeFile() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() - end < 0) {
      for (Worker worker : workers) {
        if (worker.putsLargeFile()) {
          return worker;
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return workers.get(random.nextInt(workers.size()));
  }

  // ----------------------------------------------------------------------------------------- check

  /**
   * Runs the checker while the work is paused.
   *
   * @param healthSeconds until all replicas have to be there again
   * @return what it printed, a line each
   */
  public List<String> check(int healthSeconds) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(Programs.java(CheckMain.class));
    words.addAll(
        List.of(
            metadataServers(),
            Integer.toString(NODES),
            Integer.toString(healthSeconds),
            Integer.toString(LIMIT_SECONDS),
            directory.resolve("journals").resolve("observed").toString()));
    words.addAll(journals);
    workers.forEach(worker -> words.add(worker.journal()));
    Path out = directory.resolve("run").resolve("check.out");
    Process check =
        new ProcessBuilder(
                Commands.in(network.namespace(CLIENT_HOST), words.toArray(String[]::new)))
            .redirectOutput(out.toFile())
            .redirectError(
                ProcessBuilder.Redirect.appendTo(
                    directory.resolve("logs").resolve("check.out").toFile()))
            .start();
    if (!check.waitFor(healthSeconds + 300L, TimeUnit.SECONDS)) {
      check.destroyForcibly();
      return List.of("violation: the checker hangs");
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(out));
    if (check.exitValue() != 0 && lines.stream().noneMatch(line -> line.startsWith("violation"))) {
      lines.add("violation: the checker failed; see logs/check.out");
    }
    Files.write(
        directory.resolve("logs").resolve("check.log"),
        lines,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return lines;
  }

  /** As {@link #close}, for a program that ends. */
  public void end() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("fault-matrix: not all is taken away: " + e.getMessage());
    }
  }

  /**
   * Ends everything that was started and removes the network; the directory stays. May be called
   * again.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    workers.forEach(Worker::end);
    for (Server node : nodes) {
      end(node);
    }
    for (Server server : metadata) {
      end(server);
    }
    for (Disk disk : disks) {
      disk.close();
    }
    Disk.unmount(data());
    network.close();
  }

  private static void end(Server server) throws IOException {
    try {
      if (server.isRunning()) {
        server.kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
