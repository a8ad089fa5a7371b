package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Every command as a user types it, against one cluster. */
class CommandsIT {
  private static final int CHUNK = 1 << 20;

  @TempDir private static Path clusterDirectory;
  private static SystemCluster cluster;

  @TempDir private Path local;
  private String remote = "";

  @BeforeAll
  static void startCluster() throws IOException, InterruptedException {
    cluster =
        SystemCluster.start(
            clusterDirectory.resolve("cluster"),
            "--nodes",
            "3",
            "--set",
            "metadata.file.chunk-size=1MiB");
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
  }

  @BeforeEach
  void makeDirectory(TestInfo test) throws IOException, InterruptedException {
    remote = "/" + test.getTestMethod().orElseThrow().getName();
    cluster.ok("mkdir", remote);
  }

  private Path file(String name, int length) throws IOException {
    return Data.random(local.resolve(name), length, length);
  }

  @Test
  void put_and_get_keepEveryByte_atChunkBoundaries() throws Exception {
    for (int length : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7}) {
      Path source = file("f" + length, length);
      cluster.ok("put", source.toString(), remote + "/f" + length);
      cluster.ok("get", remote + "/f" + length, local.resolve("back" + length).toString());
      Data.assertSame(source, local.resolve("back" + length));
    }
  }

  @Test
  void put_onAnExistingFile_isRefusedWithoutForce() throws Exception {
    Path first = file("first", 100);
    Path second = file("second", 200);
    cluster.ok("put", first.toString(), remote + "/x");
    Result refused = cluster.shoal("put", second.toString(), remote + "/x");
    assertThat(refused.exitCode()).isEqualTo(4);
    assertThat(refused.err()).contains(remote + "/x").contains("use -f");
    cluster.ok("put", "-f", second.toString(), remote + "/x");
    cluster.ok("get", remote + "/x", local.resolve("back").toString());
    Data.assertSame(second, local.resolve("back"));
  }

  @Test
  void put_intoADirectory_takesTheNameOfTheSource() throws Exception {
    cluster.ok("put", file("named", 10).toString(), remote);
    assertThat(cluster.ok("ls", remote)).isEqualTo("named\n");
  }

  @Test
  void put_acknowledgedFromMemory_saysSo() throws Exception {
    Path source = file("quick", CHUNK + 5);
    cluster.ok("put", "--ack", "memory", source.toString(), remote + "/quick");
    assertThat(cluster.ok("stat", remote + "/quick")).contains("commits need 2, in memory");
    assertThat(cluster.ok("stat", "--json", remote + "/quick")).contains("\"ack\":\"memory\"");
    cluster.ok("get", remote + "/quick", local.resolve("back").toString());
    Data.assertSame(source, local.resolve("back"));
    Result nonsense = cluster.shoal("put", "--ack", "hope", source.toString(), remote + "/x");
    assertThat(nonsense.exitCode()).isEqualTo(2);
    assertThat(nonsense.err()).contains("fsync or memory");
  }

  @Test
  void put_preserve_keepsTimeAndMode() throws Exception {
    Path source = file("kept", 10);
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-x---"));
    cluster.ok("put", "-p", source.toString(), remote + "/kept");
    assertThat(cluster.ok("stat", remote + "/kept"))
        .contains("2001-02-03T04:05:06.789Z")
        .contains("(0750)");
    Path back = local.resolve("back");
    cluster.ok("get", "-p", remote + "/kept", back.toString());
    assertThat(Files.getLastModifiedTime(back)).isEqualTo(Files.getLastModifiedTime(source));
    assertThat(Files.getPosixFilePermissions(back))
        .isEqualTo(Files.getPosixFilePermissions(source));
  }

  @Test
  void append_and_truncate_changeTheEndOnly() throws Exception {
    Path whole = file("whole", 2 * CHUNK + 100);
    byte[] bytes = Files.readAllBytes(whole);
    Path first = Files.write(local.resolve("first"), Arrays.copyOf(bytes, CHUNK + 7));
    Path second =
        Files.write(local.resolve("second"), Arrays.copyOfRange(bytes, CHUNK + 7, bytes.length));
    String log = remote + "/log";
    Result missing = cluster.shoal("append", first.toString(), log);
    assertThat(missing.exitCode()).as(missing.toString()).isEqualTo(3);
    Result useless = cluster.shoal("append", "--ack", "memory", first.toString(), log);
    assertThat(useless.exitCode()).as(useless.toString()).isEqualTo(2);
    cluster.ok("append", "-c", first.toString(), log);
    Result appended = cluster.shoalReading(second, "append", "-", log);
    assertThat(appended.exitCode()).as(appended.toString()).isZero();
    cluster.ok("get", log, local.resolve("back").toString());
    Data.assertSame(whole, local.resolve("back"));

    cluster.ok("truncate", "-s", Integer.toString(CHUNK + 7), log);
    cluster.ok("get", log, local.resolve("shorter").toString());
    Data.assertSame(first, local.resolve("shorter"));
    Result longer = cluster.shoal("truncate", "-s", "1G", log);
    assertThat(longer.exitCode()).isEqualTo(2);
    assertThat(longer.err()).contains("expected: 0 to " + (CHUNK + 7));
  }

  @Test
  void standardInputAndOutput_areDashes() throws Exception {
    Path source = file("stream", 2 * CHUNK + 5);
    Result put = cluster.shoalReading(source, "put", "-", remote + "/stream");
    assertThat(put.exitCode()).as(put.toString()).isZero();
    cluster.ok("get", remote + "/stream", local.resolve("back").toString());
    Data.assertSame(source, local.resolve("back"));
    Path text = Files.writeString(local.resolve("text"), "ein Fisch\n");
    cluster.ok("put", text.toString(), remote + "/text");
    assertThat(cluster.ok("get", remote + "/text", "-")).isEqualTo("ein Fisch\n");
    assertThat(cluster.ok("cat", remote + "/text", remote + "/text"))
        .isEqualTo("ein Fisch\nein Fisch\n");
  }

  @Test
  void oddNames_goInAndComeBack() throws Exception {
    Path tree = Files.createDirectory(local.resolve("odd"));
    List<String> names =
        List.of(
            "with space",
            "new\nline",
            "tab\there",
            "emoji 🐟",
            "ümläut",
            "-dash",
            "back\\slash",
            "n".repeat(255),
            "#%$&'\"*?");
    for (String name : names) {
      Files.writeString(tree.resolve(name), name);
    }
    cluster.ok("put", "-r", tree.toString(), remote + "/odd");
    cluster.ok("get", "-r", remote + "/odd", local.resolve("back").toString());
    assertThat(Data.assertSameTree(tree, local.resolve("back"))).isEqualTo(names.size() + 1);
  }

  @Test
  void names_withControlCharacters_takeOneLine() throws Exception {
    Path newline = Files.writeString(local.resolve("new\nline"), "x");
    Path backslash = Files.writeString(local.resolve("back\\slash"), "x");
    cluster.ok("put", newline.toString(), backslash.toString(), remote);
    assertThat(cluster.ok("ls", remote)).isEqualTo("back\\\\slash\nnew\\nline\n");
    assertThat(cluster.ok("ls", "-0", remote)).isEqualTo("back\\slash\0new\nline\0");
    assertThat(cluster.ok("ls", "-l", remote).lines()).hasSize(2);
    assertThat(cluster.shoal("cat", remote + "/new\nlin").err().lines()).hasSize(1);
    // sha256sum reads the escapes of its own kind.
    Path sums = local.resolve("sums");
    String listed = cluster.ok("checksum", remote + "/new\nline", remote + "/back\\slash");
    Files.writeString(sums, listed.replace(remote, local.toString()));
    Result checked = cluster.bash("sha256sum -c \"$1\"", sums.toString());
    assertThat(checked.exitCode()).as(listed + checked).isZero();
  }

  @Test
  void messages_recommendOnlyWhatTheCommandHas() throws Exception {
    assertThat(cluster.shoal("cat", remote).err()).doesNotContain("-r");
    assertThat(cluster.shoal("mkdir", remote).err()).contains("use -p").doesNotContain("-f");
    assertThat(cluster.shoal("rm", remote).err()).contains("use -r to delete");
    assertThat(cluster.shoal("cp", remote, remote + "2").err()).contains("use -r to copy");
    Result get = cluster.shoal("get", remote, local.resolve("x").toString());
    assertThat(get.exitCode()).isEqualTo(4);
    assertThat(get.err()).contains("use -r to fetch");
    cluster.ok("touch", remote + "/f");
    assertThat(cluster.shoal("put", file("f", 1).toString(), remote).err()).contains("use -f");
    assertThat(cluster.ok("rm", "--json", remote + "/f")).contains("\"deleted\":true");
  }

  @Test
  void put_withMoreCopiesThanNodes_saysSo() throws Exception {
    Path source = file("f", 10);
    Result result = cluster.shoal("put", "--replication", "5", source.toString(), remote);
    assertThat(result.exitCode()).as(result.toString()).isZero();
    assertThat(result.err()).contains("3 storage nodes are alive").contains("5");
    assertThat(cluster.shoal("put", "-f", source.toString(), remote).err()).isEmpty();
    Path empty = file("empty", 0);
    assertThat(cluster.shoal("put", "--replication", "5", empty.toString(), remote).err())
        .isEmpty();
  }

  @Test
  void names_inALocaleWithoutUtf8_stayApart() throws Exception {
    Result result =
        cluster.bash(
            """
            set -e
            export LC_ALL=C
            cd "$1"
            echo first >a
            echo second >b
            "$SHOAL" put a "$2"/$'\\xc3\\xa4'
            "$SHOAL" put -f b "$2"/$'\\xc3\\xb6'
            "$SHOAL" cat "$2"/$'\\xc3\\xa4' "$2"/$'\\xc3\\xb6'
            """,
            local.toString(),
            remote);
    assertThat(result.exitCode()).as(result.toString()).isZero();
    assertThat(result.out()).isEqualTo("first\nsecond\n");
  }

  @Test
  void names_thatCantBeDecoded_areLeftOutAndTold() throws Exception {
    Result result =
        cluster.bash(
            """
            cd "$1"
            mkdir odd
            echo kept >odd/kept
            echo first >odd/$'\\xff\\xfex'
            echo second >odd/$'\\xff\\xffx'
            mkdir odd/$'\\xfe'
            echo below >odd/$'\\xfe'/below
            "$SHOAL" mkdir "$2"/$'\\xff'
            echo "mkdir $?"
            "$SHOAL" put -r odd "$2"/odd
            """,
            local.toString(),
            remote);
    assertThat(result.out()).contains("mkdir 2");
    assertThat(result.exitCode()).as(result.toString()).isEqualTo(8);
    assertThat(result.err().lines().filter(line -> line.contains("left out"))).hasSize(3);
    assertThat(cluster.ok("ls", remote + "/odd")).isEqualTo("kept\n");
    assertThat(cluster.ok("ls", remote)).isEqualTo("odd\n");
  }

  @Test
  void names_thatCannotBe_areRefused() throws Exception {
    String source = file("f", 1).toString();
    assertThat(cluster.shoal("put", source, remote + "/" + "n".repeat(256)).err()).contains("255");
    assertThat(cluster.shoal("put", source, remote + "/..").exitCode()).isEqualTo(2);
    assertThat(cluster.shoal("put", source, "relative").exitCode()).isEqualTo(2);
    assertThat(cluster.shoal("mkdir", remote + "/" + "é".repeat(128)).exitCode()).isEqualTo(2);
    assertThat(cluster.ok("ls", remote)).isEmpty();
  }

  @Test
  void missingAndMisplacedPaths_haveTheirOwnExitCodes() throws Exception {
    cluster.ok("put", file("f", 1).toString(), remote + "/f");
    assertThat(cluster.shoal("cat", remote + "/none").exitCode()).isEqualTo(3);
    assertThat(cluster.shoal("cat", remote).exitCode()).isEqualTo(4);
    assertThat(cluster.shoal("ls", remote + "/f/below").exitCode()).isEqualTo(4);
    assertThat(cluster.shoal("mkdir", remote + "/f").exitCode()).isEqualTo(4);
    assertThat(cluster.shoal("mkdir", remote + "/a/b").exitCode()).isEqualTo(3);
    assertThat(cluster.shoal("rm", remote).exitCode()).isEqualTo(4);
    assertThat(cluster.shoal("put", file("g", 1).toString(), remote + "/none/g").exitCode())
        .isEqualTo(3);
    assertThat(cluster.shoal("get", remote + "/f", "/nonexistent/f").exitCode()).isEqualTo(8);
  }

  @Test
  void get_ontoAnExistingLocalFile_isRefusedWithoutForce() throws Exception {
    cluster.ok("put", file("f", 10).toString(), remote + "/f");
    Path there = Files.writeString(local.resolve("there"), "mine");
    assertThat(cluster.shoal("get", remote + "/f", there.toString()).exitCode()).isEqualTo(4);
    assertThat(there).hasContent("mine");
    cluster.ok("get", "-f", remote + "/f", there.toString());
    Data.assertSame(local.resolve("f"), there);
    try (var files = Files.list(local)) {
      assertThat(files.count()).as("nothing temporary is left").isEqualTo(2);
    }
  }

  @Test
  void ls_long_showsLengthModeAndTime_recursiveShowsAllLevels() throws Exception {
    cluster.ok("mkdir", "-p", remote + "/a/b");
    cluster.ok("put", file("f", 2048).toString(), remote + "/a/b/f");
    assertThat(cluster.ok("ls", "-l", remote + "/a/b"))
        .matches("-rw-\\S+ +3 .* 2048 \\d{4}-\\d\\d-\\d\\d .* f\n");
    assertThat(cluster.ok("ls", "-lh", remote + "/a/b")).contains("2.0 KiB");
    assertThat(cluster.ok("ls", "-R", remote))
        .isEqualTo(remote + ":\na\n\n" + remote + "/a:\nb\n\n" + remote + "/a/b:\nf\n");
    assertThat(cluster.ok("ls", "--json", remote + "/a/b"))
        .startsWith("{\"path\":\"" + remote + "/a/b/f\",\"type\":\"file\"");
  }

  @Test
  void whatACommandMakes_belongsToTheUserWhoRanIt() throws Exception {
    String user = System.getProperty("user.name");
    cluster.ok("put", file("f", 10).toString(), remote + "/f");
    cluster.ok("mkdir", remote + "/d");
    cluster.ok("cp", remote + "/f", remote + "/copy");
    cluster.ok("touch", remote + "/touched");
    assertThat(cluster.ok("ls", "-l", remote).lines())
        .hasSize(4)
        .allSatisfy(line -> assertThat(line).matches("\\S+ +\\S+ +" + Pattern.quote(user) + " .*"));
    assertThat(cluster.ok("stat", remote + "/f")).containsPattern("owner +" + user + "(:\\S+)?\n");
    assertThat(cluster.ok("stat", "/")).containsPattern("owner +-\n");
  }

  @Test
  void head_and_tail_printLinesAndBytes() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= 100_000; i++) {
      text.append("line ").append(i).append('\n');
    }
    cluster.ok("put", Files.writeString(local.resolve("t"), text).toString(), remote + "/t");
    assertThat(cluster.ok("head", remote + "/t").lines()).hasSize(10).startsWith("line 1");
    assertThat(cluster.ok("head", "-n", "20000", remote + "/t").lines())
        .hasSize(20_000)
        .endsWith("line 20000");
    assertThat(cluster.ok("head", "-c", "6", remote + "/t")).isEqualTo("line 1");
    assertThat(cluster.ok("tail", "-n", "2", remote + "/t")).isEqualTo("line 99999\nline 100000\n");
    assertThat(cluster.ok("tail", "-n", "20000", remote + "/t").lines())
        .hasSize(20_000)
        .startsWith("line 80001");
    assertThat(cluster.ok("tail", "-c", "5", remote + "/t")).isEqualTo("0000\n");
  }

  @Test
  void mv_and_cp_andRm_changeTheTree() throws Exception {
    Path source = file("f", CHUNK + 1);
    cluster.ok("put", source.toString(), remote + "/f");
    cluster.ok("cp", remote + "/f", remote + "/copy");
    cluster.ok("rm", remote + "/f");
    cluster.ok("mkdir", remote + "/d");
    cluster.ok("mv", remote + "/copy", remote + "/d");
    cluster.ok("cp", "-r", remote + "/d", remote + "/e");
    cluster.ok("mv", remote + "/d", remote + "/e/moved");
    assertThat(cluster.shoal("mv", remote + "/e", remote + "/e/moved").exitCode()).isEqualTo(4);
    assertThat(cluster.ok("ls", "-R", remote)).contains(remote + "/e/moved:\ncopy\n");
    cluster.ok("get", remote + "/e/moved/copy", local.resolve("back").toString());
    Data.assertSame(source, local.resolve("back"));
    cluster.ok("rm", "-r", remote + "/e");
    assertThat(cluster.ok("ls", remote)).isEmpty();
    assertThat(cluster.shoal("rm", "-r", "/").exitCode()).isEqualTo(2);
  }

  @Test
  void stat_chunks_showsThreeNodesForEachChunk() throws Exception {
    cluster.ok("put", file("f", 2 * CHUNK + 1).toString(), remote + "/f");
    String shown = cluster.ok("stat", "--chunks", remote + "/f");
    assertThat(shown).contains("copies      3 of 3");
    assertThat(shown.lines().filter(line -> line.startsWith("  ")))
        .hasSize(3)
        .allMatch(
            line -> line.contains("node 1") && line.contains("node 2") && line.contains("node 3"));
    assertThat(cluster.ok("stat", "--chunks", "--json", remote + "/f"))
        .contains("\"fewestCopies\":3");
  }

  @Test
  void checksum_isThatOfTheLocalFile() throws Exception {
    Path source = file("f", CHUNK + 99);
    cluster.ok("put", source.toString(), remote + "/f");
    String expected =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(source)));
    assertThat(cluster.ok("checksum", remote + "/f")).isEqualTo(expected + "  " + remote + "/f\n");
  }

  @Test
  void touch_makesAnEmptyFileAndSetsTimes() throws Exception {
    cluster.ok("touch", remote + "/t");
    cluster.ok("touch", "-d", "2020-01-02T03:04:05Z", remote + "/t");
    assertThat(cluster.ok("stat", remote + "/t"))
        .contains("2020-01-02T03:04:05Z")
        .contains("length      0");
    cluster.ok("touch", "-c", remote + "/none");
    assertThat(cluster.ok("ls", remote)).isEqualTo("t\n");
  }

  @Test
  void du_df_nodes_version_tellTheTruth() throws Exception {
    cluster.ok("mkdir", "-p", remote + "/a");
    cluster.ok("put", file("f", 1000).toString(), remote + "/a/f");
    cluster.ok("put", file("g", 500).toString(), remote + "/g");
    assertThat(cluster.ok("du", "-s", remote))
        .contains("1500")
        .contains("4500 with copies")
        .contains("2 files");
    assertThat(cluster.ok("nodes").lines()).hasSize(4);
    assertThat(cluster.ok("nodes", "--json").lines())
        .hasSize(3)
        .allMatch(line -> line.contains("\"ALIVE\""));
    assertThat(cluster.ok("df")).contains("node-1").contains("3 copies");
    assertThat(cluster.ok("version")).contains("shoal 0.").contains("cluster ");
  }

  @Test
  void nodes_long_tellsOfTrashBrakeAndScrubber() throws Exception {
    List<String> lines = cluster.ok("nodes", "--long").lines().toList();
    assertThat(lines).hasSize(4).allMatch(line -> line.length() <= 120);
    assertThat(lines.get(0)).contains("TRASH", "UNKNOWN", "BRAKE", "SCRUBBED", "LAST PASS");
    assertThat(lines.subList(1, 4)).allMatch(line -> line.contains(" off ") && line.contains("%"));
    assertThat(cluster.ok("nodes", "--json"))
        .contains("\"trashChunks\":0", "\"brakeOn\":false", "\"passOfBytes\":");

    Result nothing = cluster.shoal("admin", "confirm-deletions", "1");
    assertThat(nothing.exitCode()).isZero();
    assertThat(nothing.err()).contains("node 1 has not stopped deleting");
    assertThat(cluster.shoal("admin", "confirm-deletions", "77").exitCode()).isEqualTo(3);
    assertThat(cluster.shoal("admin", "confirm-deletions").exitCode()).isEqualTo(2);
    Result unknown = cluster.shoal("admin", "confirm", "1");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("confirm-deletions");
  }

  @Test
  void recursiveCopy_reportsWhatItLeavesOut_andGoesOn() throws Exception {
    Path tree = Files.createDirectory(local.resolve("tree"));
    Files.writeString(tree.resolve("good"), "good", StandardCharsets.UTF_8);
    Files.createSymbolicLink(tree.resolve("broken"), Path.of("nowhere"));
    Files.createSymbolicLink(tree.resolve("loop"), tree);
    Result result = cluster.shoal("put", "-r", tree.toString(), remote + "/tree");
    assertThat(result.exitCode()).isEqualTo(8);
    assertThat(result.err()).contains("broken").contains("loop");
    assertThat(cluster.ok("ls", remote + "/tree")).isEqualTo("good\n");
  }

  @Test
  void wrongAddress_isToldWithinTheDeadline() throws Exception {
    long begin = System.nanoTime();
    Result result = cluster.shoal("ls", "--cluster", "127.0.0.1:1", "/");
    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err()).contains("127.0.0.1:1");
    assertThat(System.nanoTime() - begin).isLessThan(31_000_000_000L);
  }
}
