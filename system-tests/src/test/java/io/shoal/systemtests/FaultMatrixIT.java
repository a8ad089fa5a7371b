package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.systemtests.Program.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short run of some rows of the fault matrix; {@code scripts/fault-matrix} runs all of them. */
class FaultMatrixIT {
  private static final List<String> TOOLS =
      List.of("ip", "nft", "socat", "faketime", "fiu-ctrl", "mkfs.ext4", "perl");

  private static void run(String rows, int metadataServers) throws Exception {
    Requirement.check("root".equals(System.getProperty("user.name")), "needs root, for namespaces");
    for (String tool : TOOLS) {
      Requirement.check(isInstalled(tool), "needs " + tool + "; see scripts/fault-matrix");
    }
    List<String> command =
        List.of(
            Path.of("..", "scripts", "fault-matrix").toRealPath().toString(),
            "--rows",
            rows,
            "--metadata",
            Integer.toString(metadataServers),
            "--fault-seconds",
            "2",
            "--health-seconds",
            "30");
    Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
    Result result = Program.run(environment, Optional.empty(), command);
    assertThat(result.exitCode()).as(result.toString()).isZero();
    assertThat(result.out()).contains("no violations").doesNotContain("not run");
  }

  private static boolean isInstalled(String tool) {
    return List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin").stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }

  @Test
  void processesAndLines_thatFail_loseNothing() throws Exception {
    run("kill-client,cut-from-node,stop-node", 1);
  }

  @Test
  void disksAndPower_thatFail_loseNothing() throws Exception {
    run("flip-chunks,power-cut", 1);
  }

  /** No operation may fail, whatever becomes of the one that leads. */
  @Test
  @Tag("long")
  void threeMetadataServers_loseTheirLeader_andNobodyNotices() throws Exception {
    run("kill-metadata", 3);
  }

  @Test
  void nonsense_isRefusedBeforeAnythingIsStarted() throws Exception {
    String script = Path.of("..", "scripts", "fault-matrix").toRealPath().toString();
    Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
    Result unknown =
        Program.run(environment, Optional.empty(), List.of(script, "--rows", "earthquake"));
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("earthquake");
    Result listed = Program.run(environment, Optional.empty(), List.of(script, "--list"));
    assertThat(listed.out()).contains("kill-node", "eio-fsync");
  }
}
