package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Await;
import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a cluster, by the scripts. */
class ScriptsIT {
  private static final Pattern LEADS = Pattern.compile("Term (\\d+): this server leads$");

  /** What an idle server may hold in memory. */
  private static final long IDLE_KIB = 250L << 10;

  @TempDir private Path directory;

  @Test
  void life_startGrowStopRestartClean() throws Exception {
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("one"), "--nodes", "2")) {
      Path secret = cluster.directory().resolve("secret");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
      long pid = cluster.process("metadata-1").pid();
      Result again = cluster.cluster("start");
      assertThat(again.exitCode()).as(again.toString()).isZero();
      assertThat(cluster.process("metadata-1").pid()).isEqualTo(pid);
      assertThat(cluster.ok("nodes", "--json").lines()).hasSize(2);

      Path source = Data.random(directory.resolve("source"), 3 << 20, 1);
      cluster.ok("put", source.toString(), "/kept");
      assertThat(cluster.ok("stat", "/kept")).contains("copies      2 of 2");

      Result grown = cluster.cluster("start", "--nodes", "4");
      assertThat(grown.exitCode()).as(grown.toString()).isZero();
      assertThat(cluster.ok("nodes", "--json").lines()).hasSize(4);
      assertThat(cluster.cluster("start", "--nodes", "3").exitCode()).isEqualTo(2);

      Result status = cluster.cluster("status");
      assertThat(status.exitCode()).as(status.toString()).isZero();
      assertThat(status.out().lines().filter(line -> line.endsWith("SERVING"))).hasSize(5);
      cluster.kill("node-3");
      Path libraries = cluster.directory().resolve("run/node-3");
      assertThat(libraries).as("what a killed process leaves").isDirectoryContaining("glob:**.so");
      Result degraded = cluster.cluster("status");
      assertThat(degraded.exitCode()).isEqualTo(1);
      assertThat(degraded.out()).containsPattern("node-3 .* none ");
      for (String command : List.of("start", "stop", "restart", "reload", "logs")) {
        Result unknown = cluster.cluster(command, "node-77");
        assertThat(unknown.exitCode()).as(command).isEqualTo(2);
        assertThat(unknown.err().lines()).as(command).hasSize(1);
      }
      Path members = cluster.directory().resolve("members");
      String good = Files.readString(members);
      Files.writeString(members, good.replace("volumes=1", "volumes=/my disk"));
      assertThat(cluster.cluster("reload").err()).contains("'disk'");
      Files.writeString(members, good);
      // As an earlier version wrote it.
      Path conf = cluster.directory().resolve("conf/metadata-1.conf");
      Files.writeString(conf, "raft-port = 7401\n", StandardOpenOption.APPEND);

      assertThat(cluster.cluster("restart").exitCode()).isZero();
      cluster.ok("get", "/kept", directory.resolve("back").toString());
      Data.assertSame(source, directory.resolve("back"));

      assertThat(cluster.cluster("clean", "--yes").err()).contains("still running");
      assertThat(cluster.cluster("stop").exitCode()).isZero();
      assertThat(libraries).isEmptyDirectory();
      assertThat(cluster.cluster("stop").out()).contains("nothing to stop");
      assertThat(cluster.cluster("status").exitCode()).isEqualTo(1);
      assertThat(cluster.cluster("clean").exitCode())
          .as("clean asks before it deletes")
          .isEqualTo(2);
      assertThat(cluster.cluster("clean", "--yes").exitCode()).isZero();
      assertThat(cluster.directory()).doesNotExist();
    }
  }

  @Test
  void threeMetadataServers_outliveTheirLeader_andNoneBeginsWithNothing() throws Exception {
    assertThat(
            SystemCluster.in(directory.resolve("none"))
                .cluster("start", "--metadata", "2")
                .exitCode())
        .isEqualTo(2);
    try (SystemCluster cluster =
        SystemCluster.start(directory.resolve("c"), "--metadata", "3", "--nodes", "1")) {
      assertThat(cluster.metadataServer().split(",", -1)).hasSize(3);
      Path source = Data.random(directory.resolve("source"), 3_000_000, 1);
      cluster.ok("put", source.toString(), "/before");
      String leader = leader(cluster);
      cluster.kill(leader);
      cluster.ok("put", source.toString(), "/after");
      cluster.ok("get", "/before", directory.resolve("back").toString());
      Data.assertSame(source, directory.resolve("back"));
      assertThat(cluster.ok("admin", "metadata").lines().filter(line -> line.contains("LEADER")))
          .singleElement()
          .satisfies(line -> assertThat(line).doesNotContain(address(cluster, leader)));
      Result status = cluster.cluster("status");
      assertThat(status.exitCode()).isEqualTo(1);
      assertThat(status.out().lines().filter(line -> line.startsWith(leader)))
          .singleElement()
          .satisfies(line -> assertThat(line).contains("DOWN"));

      Path data = cluster.directory().resolve("data").resolve(leader);
      Path kept = directory.resolve("kept");
      Files.move(data, kept);
      Result refused = cluster.cluster("start");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("is empty, and there are other metadata servers");
      Program.run(Map.of(), Optional.empty(), List.of("rm", "-rf", data.toString()));
      Files.move(kept, data);
      assertThat(cluster.cluster("start").exitCode()).isZero();
      assertThat(cluster.cluster("status").exitCode()).isZero();
      assertThat(cluster.cluster("start", "--metadata", "1").err()).contains("3 metadata servers");
    }
  }

  /** Whoever puts files meanwhile notices nothing. */
  @Test
  @Tag("long")
  void metadataServers_areReplacedAndRemoved_whileFilesAreWritten() throws Exception {
    try (SystemCluster cluster =
        SystemCluster.start(directory.resolve("c"), "--metadata", "3", "--nodes", "1")) {
      Path source = Data.random(directory.resolve("source"), 300_000, 1);
      cluster.ok("put", source.toString(), "/before");
      cluster.kill("metadata-2");
      Program.run(
          Map.of(),
          Optional.empty(),
          List.of("rm", "-rf", cluster.directory().resolve("data/metadata-2").toString()));

      ExecutorService user = Executors.newSingleThreadExecutor();
      Future<Void> puts =
          user.submit(
              () -> {
                for (int i = 0; i < 30; i++) {
                  cluster.ok("put", source.toString(), "/during-" + i);
                }
                return null;
              });
      user.shutdown();
      Result replaced = cluster.cluster("metadata", "replace", "metadata-2");
      assertThat(replaced.exitCode()).as(replaced.err()).isZero();
      assertThat(replaced.out()).contains("m1 ", "m3 ", "m4 ").doesNotContain("m2 ");
      String leader = leader(cluster);
      Result removed = cluster.cluster("metadata", "remove", leader);
      assertThat(removed.exitCode()).as(removed.err()).isZero();
      puts.get(2, TimeUnit.MINUTES);

      assertThat(cluster.members()).hasSize(3).doesNotContain("metadata-2", leader);
      assertThat(cluster.cluster("restart").exitCode()).isZero();
      assertThat(cluster.ok("ls", "/").lines()).hasSize(31);
      cluster.ok("get", "/during-29", directory.resolve("back").toString());
      Data.assertSame(source, directory.resolve("back"));
      Result refused = cluster.cluster("metadata", "remove", "metadata-2");
      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.err()).contains("there is no 'metadata-2'");
    }
  }

  private static String address(SystemCluster cluster, String name) throws IOException {
    return Files.readAllLines(cluster.directory().resolve("members")).stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.split(" ", -1))
        .map(words -> words[1] + ":" + words[2])
        .findAny()
        .orElseThrow();
  }

  /** Returns the metadata server whose log tells of the latest term that it leads. */
  private static String leader(SystemCluster cluster) throws IOException {
    String leader = "";
    long latest = -1;
    for (String name : cluster.members()) {
      Path log = cluster.directory().resolve("logs").resolve(name + ".log");
      for (String line : Files.readAllLines(log)) {
        Matcher term = LEADS.matcher(line);
        if (term.find() && Long.parseLong(term.group(1)) > latest) {
          latest = Long.parseLong(term.group(1));
          leader = name;
        }
      }
    }
    return leader;
  }

  @Test
  @Tag("long")
  void twoClusters_liveBesideEachOther_andAreSmallWhenIdle() throws Exception {
    try (SystemCluster one =
            SystemCluster.start(directory.resolve("one"), "--nodes", "1", "--volumes", "2");
        SystemCluster two = SystemCluster.start(directory.resolve("two"), "--nodes", "1")) {
      assertThat(one.metadataServer()).isNotEqualTo(two.metadataServer());
      one.ok("touch", "/in-one");
      two.ok("touch", "/in-two");
      assertThat(one.ok("ls")).isEqualTo("in-one\n");
      assertThat(two.ok("ls")).isEqualTo("in-two\n");
      assertThat(one.ok("df", "--json").lines()).as("volumes of node-1").hasSize(2);
      for (String name : one.members()) {
        assertThat(residentKib(one.process(name).pid()))
            .as("resident KiB of " + name)
            .isLessThan(IDLE_KIB);
      }
    }
  }

  @Test
  void archive_isMadeByTheFirstCommandThatWorks_andAnewForAnotherBuild() throws Exception {
    Path installation = directory.resolve("installation");
    Program.run(
        Map.of(),
        Optional.empty(),
        List.of("cp", "-a", SystemCluster.DISTRIBUTION.toString(), installation.toString()));
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("one"), "--nodes", "1")) {
      assertThat(listRoot(installation, directory.resolve("nowhere"))).isNotZero();
      assertThat(archives()).isEmpty();
      assertThat(listRoot(installation, cluster.directory())).isZero();
      List<Path> first = archives();
      assertThat(first).hasSize(1);
      assertThat(listRoot(installation, cluster.directory())).isZero();
      assertThat(archives()).isEqualTo(first);

      // Jars of all builds of a version have the same time; when they were installed differs.
      Instant installed = Files.getLastModifiedTime(first.get(0)).toInstant();
      Await.until("the clock ticks", () -> Instant.now().isAfter(installed.plusSeconds(1)));
      Program.run(
          Map.of(),
          Optional.empty(),
          List.of(
              "bash",
              "-c",
              "cd \"$0\" && cp -a shoal-common-*.jar new && mv new shoal-common-*.jar",
              installation.resolve("lib").toString()));
      assertThat(listRoot(installation, cluster.directory())).isZero();
      assertThat(archives()).hasSize(1).doesNotContainAnyElementsOf(first);
    }
  }

  private int listRoot(Path installation, Path cluster) throws Exception {
    Map<String, String> environment =
        Map.of(
            "SHOAL_CLUSTER",
            cluster.toString(),
            "XDG_CACHE_HOME",
            directory.resolve("cache").toString(),
            "JAVA_HOME",
            System.getProperty("java.home"));
    String shoal = installation.resolve("bin").resolve("shoal").toString();
    return Program.run(environment, Optional.empty(), List.of(shoal, "ls", "/")).exitCode();
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("cache").resolve("shoal"))) {
      return files.toList();
    }
  }

  @Test
  @Tag("long")
  void cluster_whoseAddressAnotherOneHas_isNotMistakenForIt() throws Exception {
    try (SystemCluster one = SystemCluster.start(directory.resolve("one"), "--nodes", "1")) {
      String address = one.metadataServer();
      String port = address.substring(address.lastIndexOf(':') + 1);
      one.ok("mkdir", "/in-one");
      assertThat(one.cluster("stop").exitCode()).isZero();
      try (SystemCluster two =
          SystemCluster.start(directory.resolve("two"), "--nodes", "1", "--port", port)) {
        two.ok("mkdir", "/in-two");
        Result listed = one.shoal("ls", "/");
        assertThat(listed.exitCode()).as(listed.toString()).isEqualTo(5);
        assertThat(listed.err()).contains("another cluster");
        assertThat(one.shoal("rm", "-r", "/in-two").exitCode()).isEqualTo(5);
        assertThat(two.ok("ls", "/")).isEqualTo("in-two\n");
        Result status = one.cluster("status");
        assertThat(status.exitCode()).as(status.toString()).isEqualTo(1);
        assertThat(status.out()).doesNotContain("SERVING");
      }
      assertThat(one.cluster("start").exitCode()).isZero();
      assertThat(one.ok("ls", "/")).isEqualTo("in-one\n");
    }
  }

  @Test
  void start_onATakenPort_saysWhichAndWhatToDo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SystemCluster cluster = SystemCluster.in(directory.resolve("taken"));
      Result result =
          cluster.cluster(
              "start", "--nodes", "1", "--port", Integer.toString(taken.getLocalPort()));
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err())
          .contains("port " + taken.getLocalPort())
          .contains("taken")
          .doesNotContain("Exception");
    }
  }

  @Test
  @Tag("long")
  void start_withAnUnknownKey_namesTheLine() throws Exception {
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("keys"), "--nodes", "1")) {
      cluster.cluster("stop");
      Path conf = cluster.directory().resolve("conf/node-1.conf");
      Files.writeString(conf, "no-such-key = 1\n", StandardOpenOption.APPEND);
      int line = Files.readAllLines(conf).size();
      Result result = cluster.cluster("start");
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err())
          .contains("node-1.conf:" + line)
          .contains("no-such-key")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void set_isJudgedBeforeAnythingChanges_andSaysWhatToRestart() throws Exception {
    SystemCluster none = SystemCluster.in(directory.resolve("none"));
    Result refused = none.cluster("start", "--nodes", "1", "--set", "metadata.no-such-key=1");
    assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
    assertThat(refused.err()).contains("no-such-key").doesNotContain("\tat ");
    assertThat(none.directory()).doesNotExist();

    try (SystemCluster cluster =
        SystemCluster.start(
            directory.resolve("one"), "--nodes", "1", "--set", "node.reserve=1GiB")) {
      Path conf = cluster.directory().resolve("conf/node-1.conf");
      assertThat(conf).content().contains("reserve = 1GiB");
      Result wrong = cluster.cluster("start", "--nodes", "2", "--set", "node.reserve=much");
      assertThat(wrong.exitCode()).as(wrong.toString()).isEqualTo(2);
      assertThat(wrong.err()).contains("reserve: 'much'", "expected: a size");
      assertThat(conf).content().contains("reserve = 1GiB");
      assertThat(cluster.members()).as("it did not grow").hasSize(2);

      Result set = cluster.cluster("start", "--set", "node.reserve=2GiB");
      assertThat(set.exitCode()).as(set.toString()).isZero();
      assertThat(set.out())
          .contains("settings from before: node-1 ", "restart")
          .contains("node-1)");
      assertThat(cluster.cluster("start", "--set", "node.reserve=2GiB").out())
          .doesNotContain("from before");
      assertThat(cluster.cluster("restart", "node-1").exitCode()).isZero();
      assertThat(cluster.directory().resolve("logs/node-1.log")).content().contains("2GiB");
    }
  }

  @Test
  @Tag("long")
  void twoStarts_atOnce_chooseDifferentPorts() throws Exception {
    SystemCluster one = SystemCluster.in(directory.resolve("one"));
    SystemCluster two = SystemCluster.in(directory.resolve("two"));
    try (one;
        two;
        Program first = one.startCluster("start", "--nodes", "1");
        Program second = two.startCluster("start", "--nodes", "1")) {
      Result ofFirst = first.await();
      Result ofSecond = second.await();
      assertThat(ofFirst.exitCode()).as(ofFirst.toString()).isZero();
      assertThat(ofSecond.exitCode()).as(ofSecond.toString()).isZero();
      assertThat(one.metadataServer()).isNotEqualTo(two.metadataServer());
    }
  }

  @Test
  void start_withAHostThatCantBeReached_namesItAndLeavesNothing() throws Exception {
    Path hosts =
        Files.writeString(
            directory.resolve("hosts"), "metadata 127.0.0.1\nnode 127.0.0.1\nnode far.invalid\n");
    SystemCluster cluster = SystemCluster.in(directory.resolve("far"));
    Result result = cluster.cluster("start", "--hosts", hosts.toString());
    assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
    assertThat(result.err()).contains("cannot reach far.invalid");
    assertThat(cluster.directory()).doesNotExist();
  }

  /** Three hosts: addresses in a network namespace of the test's own, each with its own files. */
  @Test
  void hostsFile_startsAClusterOverSeveralMachines() throws Exception {
    Requirement.check(
        "0".equals(Program.run(Map.of(), Optional.empty(), List.of("id", "-u")).out().strip()),
        "network and mount namespaces need root");
    Path script = Path.of("src", "test", "scripts", "several-hosts").toAbsolutePath();
    Result result =
        Program.run(
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            Optional.empty(),
            List.of(
                "unshare",
                "--net",
                "--mount",
                "bash",
                script.toString(),
                SystemCluster.DISTRIBUTION.toString(),
                directory.toString()));
    assertThat(result.exitCode()).as(result.toString()).isZero();
    assertThat(result.out()).contains("all as expected");
  }

  @Test
  @Tag("long")
  void server_startedTwiceOnTheSameDirectory_isRefused() throws Exception {
    try (SystemCluster cluster = SystemCluster.start(directory.resolve("twice"), "--nodes", "1")) {
      for (String name : List.of("node-1", "metadata-1")) {
        Result second = startServer(cluster, name, name);
        assertThat(second.exitCode()).as(name + ": " + second).isNotZero();
        assertThat(second.out() + second.err())
            .as(name)
            .contains("in use by another")
            .doesNotContain("\tat ");
      }
      assertThat(cluster.cluster("status").exitCode()).as("the first ones still serve").isZero();
    }
  }

  @Test
  @Tag("long")
  void node_startedOnAnotherClustersVolume_isRefused() throws Exception {
    try (SystemCluster one = SystemCluster.start(directory.resolve("one"), "--nodes", "1");
        SystemCluster two = SystemCluster.start(directory.resolve("two"), "--nodes", "1")) {
      two.cluster("stop", "node-1");
      one.cluster("stop", "node-1");
      Path foreign = two.directory().resolve("data/node-1/volume-1");
      Result result = startServer(one, "node-1", "node-1", "--set", "data-directories=" + foreign);
      assertThat(result.exitCode()).as(result.toString()).isNotZero();
      assertThat(result.out() + result.err())
          .containsIgnoringCase("cluster")
          .doesNotContain("\tat ");
    }
  }

  /**
   * Runs a server's jar in the foreground, as the script would in the background, on another port.
   */
  private static Result startServer(SystemCluster cluster, String name, String conf, String... more)
      throws IOException, InterruptedException {
    String jar = name.startsWith("metadata") ? "shoal-metadata-server" : "shoal-storage-node";
    return cluster.server(jar, conf, more);
  }

  private static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
