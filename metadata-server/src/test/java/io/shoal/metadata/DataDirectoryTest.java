package io.shoal.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.DataDirectory.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
  private static final UUID CLUSTER = new UUID(7, 9);

  @TempDir Path temporary;

  @Test
  void claim_newDirectory_keepsTheClusterThatItDrew() {
    Path path = temporary.resolve("a/b");
    UUID drawn;
    try (DataDirectory directory = DataDirectory.claim(path, Optional.empty(), true)) {
      drawn = directory.clusterId();
    }
    try (DataDirectory directory = DataDirectory.claim(path, Optional.of(drawn), true)) {
      assertThat(directory.clusterId()).isEqualTo(drawn);
    }
  }

  @Test
  void claim_newDirectoryForACluster_isOfThatCluster() {
    try (DataDirectory directory = DataDirectory.claim(temporary, Optional.of(CLUSTER), true)) {
      assertThat(directory.clusterId()).isEqualTo(CLUSTER);
    }
  }

  @Test
  void claim_otherCluster_isRefusedAndLeavesNoLock() {
    DataDirectory.claim(temporary, Optional.of(CLUSTER), true).close();

    ShoalException refused = refused(Optional.of(new UUID(1, 1)));

    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused)
        .hasMessageContaining("belongs to cluster " + CLUSTER)
        .hasMessageContaining("expected: " + new UUID(1, 1));
    DataDirectory.claim(temporary, Optional.empty(), true).close();
  }

  @Test
  void claim_twice_isRefused() {
    try (DataDirectory directory = DataDirectory.claim(temporary, Optional.of(CLUSTER), true)) {
      assertThat(directory.path()).isEqualTo(temporary);
      assertThat(refused(Optional.of(CLUSTER)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }

  @Test
  void restore_isThereAsAWhole_orCanBeTriedAgain() throws IOException {
    Path path = temporary.resolve("restored");
    assertThatThrownBy(
            () ->
                DataDirectory.restore(
                    path,
                    () -> {
                      Files.createDirectories(path.resolve("state"));
                      throw new IOException("broken off");
                    }))
        .hasMessageContaining("broken off");
    assertThatThrownBy(() -> DataDirectory.claim(path, Optional.empty(), true))
        .hasMessageContaining("restore.unfinished");
    DataDirectory.restore(
        path,
        () -> {
          assertThat(path.resolve("state")).doesNotExist();
          return CLUSTER;
        });
    try (DataDirectory directory = DataDirectory.claim(path, Optional.empty(), false)) {
      assertThat(directory.origin()).isEqualTo(Origin.RESTORED);
      assertThat(directory.clusterId()).isEqualTo(CLUSTER);
    }
  }

  @Test
  void restore_overAServersData_isRefused() throws IOException {
    Path path = temporary.resolve("used");
    DataDirectory.claim(path, Optional.of(CLUSTER), true).close();
    assertThatThrownBy(
            () ->
                DataDirectory.restore(
                    path,
                    () -> {
                      throw new AssertionError("must not be made");
                    }))
        .hasMessageContaining("expected: an empty one");
    Path foreign = Files.createDirectory(temporary.resolve("foreign"));
    Files.writeString(foreign.resolve("letter"), "dear");
    assertThatThrownBy(() -> DataDirectory.restore(foreign, () -> CLUSTER))
        .hasMessageContaining("letter");
    assertThat(foreign.resolve("letter")).exists();
  }

  /** Its server never begins a log by itself, whenever it is started. */
  @Test
  void join_isKept_andNotForAServerThatWasThereBefore() {
    Path joining = temporary.resolve("joining");
    for (int i = 0; i < 2; i++) {
      try (DataDirectory directory = DataDirectory.join(joining, CLUSTER)) {
        assertThat(directory.origin()).isEqualTo(Origin.JOINED);
      }
    }
    try (DataDirectory directory = DataDirectory.claim(joining, Optional.of(CLUSTER), false)) {
      assertThat(directory.origin()).isEqualTo(Origin.JOINED);
      assertThat(directory.clusterId()).isEqualTo(CLUSTER);
    }
    Path founding = temporary.resolve("founding");
    try (DataDirectory directory = DataDirectory.claim(founding, Optional.of(CLUSTER), true)) {
      assertThat(directory.origin()).isEqualTo(Origin.FOUNDED);
    }
    for (Path path : List.of(founding, joining)) {
      UUID asked = path.equals(founding) ? CLUSTER : new UUID(1, 1);
      ShoalException refused =
          catchThrowableOfType(ShoalException.class, () -> DataDirectory.join(path, asked).close());
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
  }

  @Test
  void claim_directoryWithOtherFiles_isRefused() throws IOException {
    Files.writeString(temporary.resolve("letter.txt"), "dear");

    assertThat(refused(Optional.empty())).hasMessageContaining("letter.txt");
    assertThat(temporary.resolve("identity")).doesNotExist();
  }

  @Test
  void claim_crashBeforeTheIdentityHadItsName_isFormattedAgain() throws IOException {
    Files.writeString(temporary.resolve("identity.new"), "shoal meta");

    try (DataDirectory directory = DataDirectory.claim(temporary, Optional.of(CLUSTER), true)) {
      assertThat(directory.clusterId()).isEqualTo(CLUSTER);
    }
  }

  @Test
  void claim_identityOfAnotherFormat_isRefused() throws IOException {
    Files.writeString(temporary.resolve("identity"), "shoal metadata 2\ncluster " + CLUSTER + "\n");

    assertThat(refused(Optional.empty())).hasMessageContaining("expected: shoal metadata 1");
  }

  private ShoalException refused(Optional<UUID> expected) {
    return catchThrowableOfType(
        ShoalException.class, () -> DataDirectory.claim(temporary, expected, true).close());
  }
}
