package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.systemtests.Program.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command of the README. */
class QuickstartIT {
  @TempDir private Path directory;

  @Test
  void quickstart_twice_endsWithARunningClusterBothTimes() throws Exception {
    Path dir = directory.resolve("cluster");
    Map<String, String> environment =
        Map.of(
            "SHOAL_DIR",
            dir.toString(),
            "SHOAL_QUICKSTART_MIB",
            "40",
            "XDG_CACHE_HOME",
            Path.of("target", "cache").toAbsolutePath().toString(),
            "JAVA_HOME",
            System.getProperty("java.home"));
    List<String> command = List.of(Path.of("..", "scripts", "quickstart").toRealPath().toString());
    try (SystemCluster cluster = SystemCluster.in(dir)) {
      for (int i = 0; i < 2; i++) {
        Result result = Program.run(environment, Optional.empty(), command);
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out())
            .contains("identical: all 41943040 bytes")
            .contains("copies      3 of 3");
      }
      assertThat(cluster.ok("ls", "/quickstart")).isEqualTo("file\n");
    }
  }
}
