package io.shoal.metadata.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a path may be. */
class PathNamesTest {
  @Test
  void parse_splitsIntoNames() {
    assertThat(PathNames.parse("/")).isEmpty();
    assertThat(PathNames.parse("/a")).containsExactly("a");
    assertThat(PathNames.parse("/a b/..c/.d/é\n/😀"))
        .containsExactly("a b", "..c", ".d", "é\n", "😀");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a/b",
        "//",
        "/a//b",
        "/a/",
        "/./a",
        "/a/..",
        "/..",
        "/a\0b",
        "/\ud800",
        "/a/\udc00b"
      })
  void parse_ofWhatIsNoPath_isRefused(String path) {
    refused(path, ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void parse_countsBytesNotCharacters() {
    assertThat(PathNames.parse("/" + "é".repeat(127) + "a")).hasSize(1);
    refused("/" + "é".repeat(128), ErrorCode.INVALID_ARGUMENT);
    refused("/" + "x".repeat(256), ErrorCode.INVALID_ARGUMENT);
    assertThat(PathNames.parse("/" + "x".repeat(255))).hasSize(1);
  }

  @Test
  void parse_ofLongPaths_isLimited() {
    String name = "/" + "x".repeat(255);
    assertThat(PathNames.parse(name.repeat(16))).hasSize(16);
    refused(name.repeat(16) + "/y", ErrorCode.LIMIT_EXCEEDED);
    assertThat(PathNames.parse("/d".repeat(256))).hasSize(256);
    refused("/d".repeat(257), ErrorCode.LIMIT_EXCEEDED);
  }

  private static void refused(String path, ErrorCode code) {
    assertThatThrownBy(() -> PathNames.parse(path))
        .isInstanceOfSatisfying(
            ShoalException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.subject()).isEqualTo(path);
            });
  }
}
