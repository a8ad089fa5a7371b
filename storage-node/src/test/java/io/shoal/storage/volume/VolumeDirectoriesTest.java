package io.shoal.storage.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeDirectoriesTest {
  private static final NodeIdentity OWNER = new NodeIdentity("cluster-a", new UUID(1, 2));

  @TempDir private Path root;

  @Test
  void claim_blankDirectories_haveNoIdentity() {
    try (VolumeDirectories directories =
        VolumeDirectories.claim(List.of(root.resolve("a"), root.resolve("b")))) {
      assertThat(directories.identity()).isEmpty();
    }
    assertThat(root.resolve("a")).isDirectory();
  }

  @Test
  void claim_formattedDirectories_tellWhoseTheyAre() {
    format(OWNER, "a", "b");
    try (VolumeDirectories directories =
        VolumeDirectories.claim(List.of(root.resolve("b"), root.resolve("new")))) {
      assertThat(directories.identity()).contains(OWNER);
    }
  }

  @Test
  void claim_directoryInUse_isRefusedAndNothingStaysLocked() {
    VolumeDirectories held = VolumeDirectories.claim(List.of(root.resolve("b")));
    ShoalException refused = refusal("a", "b");
    assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refused).hasMessageContaining("in use by another storage node");
    held.close();
    VolumeDirectories.claim(List.of(root.resolve("a"), root.resolve("b"))).close();
  }

  @Test
  void claim_sameDirectoryTwice_isRefused() {
    assertThat(refusal("a", "a").subject()).endsWith("a");
  }

  @Test
  void claim_directoriesOfTwoClusters_isRefused() {
    format(OWNER, "a");
    format(new NodeIdentity("cluster-b", new UUID(1, 2)), "b");
    ShoalException refused = refusal("a", "b");
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused)
        .hasMessageContaining("cluster-b")
        .hasMessageContaining("expected: cluster cluster-a");
  }

  @Test
  void claim_copyOfADirectory_isRefused() throws IOException {
    format(OWNER, "a");
    Files.createDirectory(root.resolve("copy"));
    Files.copy(root.resolve("a/identity"), root.resolve("copy/identity"));
    assertThat(refusal("a", "copy")).hasMessageContaining("is volume 1");
  }

  @Test
  void claim_directoryWithOtherThings_isRefused() throws IOException {
    Files.createDirectory(root.resolve("home"));
    Files.writeString(root.resolve("home/thesis.doc"), "text");
    assertThat(refusal("home")).hasMessageContaining("thesis.doc");
  }

  @Test
  void claim_damagedIdentity_isRefused() throws IOException {
    format(OWNER, "a");
    Path identity = root.resolve("a/identity");
    Files.writeString(identity, Files.readString(identity).replace("cluster-a", "cluster-b"));
    assertThat(refusal("a")).hasMessageContaining("checksum");
  }

  @Test
  void claim_file_isRefused() throws IOException {
    Files.writeString(root.resolve("f"), "");
    assertThat(refusal("f").code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void open_directoryOfSomebodyElse_isRefusedAndUnlocked() {
    format(OWNER, "a");
    VolumeDirectories directories = VolumeDirectories.claim(List.of(root.resolve("a")));
    NodeIdentity other = new NodeIdentity("cluster-b", new UUID(1, 2));
    ShoalException refused =
        catchThrowableOfType(ShoalException.class, () -> open(directories, other));
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    VolumeDirectories.claim(List.of(root.resolve("a"))).close();
  }

  @Test
  void open_volumesAddedAndRemoved_neverReuseANumber() {
    assertThat(format(OWNER, "a", "b", "c")).containsExactly(1, 2, 3);
    assertThat(format(OWNER, "a", "b")).containsExactly(1, 2);
    assertThat(format(OWNER, "d", "a")).containsExactly(4, 1);
    assertThat(format(OWNER, "c", "b", "a")).containsExactly(3, 2, 1);
  }

  @Test
  void identity_encoded_isReadableTextThatDecodes() throws IOException {
    VolumeIdentity identity = new VolumeIdentity(OWNER, new VolumeId(7), new UUID(3, 4));
    String text = new String(identity.encode(), UTF_8);
    assertThat(text)
        .startsWith("format-version=1\ncluster-id=cluster-a\n")
        .contains("volume-id=7\n");
    assertThat(VolumeIdentity.decode(identity.encode())).isEqualTo(identity);
  }

  private ShoalException refusal(String... names) {
    List<Path> paths = java.util.Arrays.stream(names).map(root::resolve).toList();
    return catchThrowableOfType(ShoalException.class, () -> VolumeDirectories.claim(paths));
  }

  /**
   * Opens directories as a node would, blank ones included, and returns the numbers of their
   * volumes.
   */
  private List<Integer> format(NodeIdentity owner, String... names) {
    List<Path> paths = java.util.Arrays.stream(names).map(root::resolve).toList();
    ChunkStore store = open(VolumeDirectories.claim(paths), owner);
    List<Integer> numbers =
        store.reports().stream().map(report -> report.volume().value()).toList();
    Await.result(store.close());
    return numbers;
  }

  private static ChunkStore open(VolumeDirectories directories, NodeIdentity owner) {
    return Await.result(
        VolumeSet.open(
            directories,
            owner,
            StoreFixture.CONFIG,
            UnpooledByteBufAllocator.DEFAULT,
            TimeSource.system(),
            new RecordedFaults()));
  }
}
