package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RemotePathTest {
  @Test
  void parse_repeatedAndTrailingSlashes_areDropped() {
    assertThat(RemotePath.parse("//a///b/")).isEqualTo("/a/b");
    assertThat(RemotePath.parse("///")).isEqualTo("/");
  }

  @Test
  void parse_relativePath_isRefused() {
    assertThatThrownBy(() -> RemotePath.parse("a/b"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("begins with '/'");
  }

  @Test
  void parse_dots_areRefused() {
    assertThatThrownBy(() -> RemotePath.parse("/a/../b")).hasMessageContaining("'..'");
    assertThatThrownBy(() -> RemotePath.parse("/./b")).hasMessageContaining("'.'");
  }

  @Test
  void parts_ofAPath() {
    assertThat(RemotePath.name("/a/b c")).isEqualTo("b c");
    assertThat(RemotePath.parent("/a/b")).isEqualTo("/a");
    assertThat(RemotePath.parent("/a")).isEqualTo("/");
    assertThat(RemotePath.child("/", "a")).isEqualTo("/a");
    assertThat(RemotePath.resolve("/t", Path.of("x/y"))).isEqualTo("/t/x/y");
    assertThat(RemotePath.resolve("/t", Path.of(""))).isEqualTo("/t");
  }
}
