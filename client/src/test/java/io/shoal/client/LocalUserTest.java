package io.shoal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the files of a client belong to when nobody says. */
class LocalUserTest {
  @TempDir private Path directory;
  private String owner = "";
  private String group = "";

  @BeforeEach
  void look() throws IOException {
    assumeTrue(
        Files.getFileStore(directory).supportsFileAttributeView("posix"),
        "the file system knows no groups");
    PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
    owner = attributes.owner().getName();
    group = attributes.group().getName();
  }

  @Test
  void group_isThatOfTheFirstFileOfTheUser() {
    List<String> files = List.of("/no/such/file", "\0", directory.toString());

    assertThat(LocalUser.groupOf(owner, files)).isEqualTo(group);
  }

  @Test
  void group_ofFilesOfOthers_isNotTheUsers() {
    assertThat(LocalUser.groupOf("somebody-else", List.of(directory.toString()))).isEmpty();
    assertThat(LocalUser.groupOf(owner, List.of())).isEmpty();
  }

  @Test
  void configuration_takesTheUserOfTheSystemUnlessAnotherIsNamed() {
    ClientConfig config = ClientConfig.forCluster("127.0.0.1:7400");
    LocalUser user = LocalUser.current();

    assertThat(config.owner()).isEqualTo(user.name());
    assertThat(config.group()).isEqualTo(user.group());
    assertThat(user.name()).isIn(System.getProperty("user.name"), "");
    ClientConfig other = config.withOwner("ann", "staff").withClientName("x").withOperationLimit(7);
    assertThat(other.owner()).isEqualTo("ann");
    assertThat(other.group()).isEqualTo("staff");
  }

  @Test
  void configuration_nameTooLong_isRefused() {
    ClientConfig config = ClientConfig.forCluster("127.0.0.1:7400");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.withOwner("o".repeat(256), ""))
        .withMessage("owner: 256 bytes (expected: at most 255)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.withOwner("", "ä".repeat(128)))
        .withMessage("group: 256 bytes (expected: at most 255)");
  }
}
