package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterLocationTest {
  @TempDir private Path directory;

  @Test
  void find_optionWithAddresses_isUsedAsItIs() {
    ClusterLocation found = ClusterLocation.find("a:1, b:2", Map.of("SHOAL_CLUSTER", "c:3"));
    assertThat(found.metadataServers()).containsExactly("a:1", "b:2");
  }

  @Test
  void find_variable_isUsedWithoutAnOption() {
    assertThat(ClusterLocation.find(null, Map.of("SHOAL_CLUSTER", "c:3")).metadataServers())
        .containsExactly("c:3");
  }

  @Test
  void find_directory_isReadFromItsFile() throws IOException {
    Files.writeString(
        directory.resolve("client.conf"), "# comment\nmetadata-servers = 127.0.0.1:7500\n");
    assertThat(ClusterLocation.find(directory.toString(), Map.of()).metadataServers())
        .containsExactly("127.0.0.1:7500");
    assertThat(
            ClusterLocation.find(null, Map.of("SHOAL_DIR", directory.toString())).metadataServers())
        .containsExactly("127.0.0.1:7500");
  }

  @Test
  void find_directory_tellsWhichClusterItIs() throws IOException {
    Path file = directory.resolve("client.conf");
    Files.writeString(file, "metadata-servers = a:1,b:2\ncluster-id = 12-ab\n");
    ClusterLocation found = ClusterLocation.find(directory.toString(), Map.of());
    assertThat(found.clusterId()).isEqualTo("12-ab");
    assertThat(found.metadataServers()).containsExactly("a:1", "b:2");
    Files.writeString(file, "metadata-servers = a:1\n");
    assertThat(ClusterLocation.find(directory.toString(), Map.of()).clusterId()).isEmpty();
  }

  @Test
  void find_nothing_tellsHowToStartOne() {
    assertThatThrownBy(() -> ClusterLocation.find(null, Map.of("HOME", directory.toString())))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE))
        .hasMessageContaining("scripts/cluster start");
  }

  @Test
  void find_badAddress_namesWhatIsExpected() {
    for (String bad : new String[] {"host", "host:", "host:0", "host:65536", ":1", "a:1,"}) {
      assertThatThrownBy(() -> ClusterLocation.find(bad, Map.of()))
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
          .hasMessageContaining("HOST:PORT");
    }
  }
}
