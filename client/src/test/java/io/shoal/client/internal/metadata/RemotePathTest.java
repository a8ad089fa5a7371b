package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemotePathTest {
  @ParameterizedTest
  @CsvSource({"/,/", "//,/", "/a,/a", "/a/,/a", "//a///b//,/a/b", "/...,/...", "/a.b/.c,/a.b/.c"})
  void normalise_needlessSlashes_takenOut(String path, String normal) {
    assertThat(RemotePath.normalise(path)).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/with space", "/new\nline", "/emoji 🐟", "/\t", "/ü"})
  void normalise_unusualNames_kept(String path) {
    assertThat(RemotePath.normalise(path)).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "a/b", "./a", "/a/./b", "/a/..", "/..", "/nul\0", "/half \ud83d"})
  void normalise_noPath_invalidArgument(String path) {
    assertThatThrownBy(() -> RemotePath.normalise(path))
        .isInstanceOfSatisfying(
            ShoalException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @Test
  void normalise_nameOf255Bytes_longestThatIsTaken() {
    assertThat(RemotePath.normalise("/" + "x".repeat(255))).hasSize(256);
    assertThatThrownBy(() -> RemotePath.normalise("/" + "x".repeat(256)))
        .hasMessageContaining("name of 256 bytes in UTF-8 (expected: 1 to 255)");
    assertThatThrownBy(() -> RemotePath.normalise("/" + "ü".repeat(128)))
        .hasMessageContaining("256 bytes");
  }

  @Test
  void normalise_pathOf4096Bytes_longestThatIsTaken() {
    String name = "/" + "x".repeat(255);
    assertThat(RemotePath.normalise(name.repeat(16))).hasSize(4_096);
    assertThatThrownBy(() -> RemotePath.normalise(name.repeat(16) + "/y"))
        .hasMessageContaining("path of 4098 bytes");
  }

  @Test
  void normaliseBelowRoot_root_refused() {
    assertThatThrownBy(() -> RemotePath.normaliseBelowRoot("//"))
        .hasMessageContaining("root directory");
  }

  @Test
  void child_ofRoot_hasOneSlash() {
    assertThat(RemotePath.child("/", "a")).isEqualTo("/a");
    assertThat(RemotePath.child("/a", "b")).isEqualTo("/a/b");
  }
}
