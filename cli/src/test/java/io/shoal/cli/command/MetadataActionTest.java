package io.shoal.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.cli.CommandException;
import io.shoal.client.MetadataServerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataActionTest {
  @Test
  void server_isReadWithNameOrAddress() {
    assertThat(MetadataAction.server("m4=meta.example:7400/7401"))
        .isEqualTo(new MetadataServerAddress("m4", "meta.example", 7_400, 7_401));
    assertThat(MetadataAction.server("m4=[::1]:7400/7401").host()).isEqualTo("::1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m4",
        "m4=",
        "=host:1/2",
        "host:1/2",
        "m4=host",
        "m4=host:1",
        "m4=host/2",
        "m4=:1/2",
        "m4=host:/2",
        "m4=host:1/",
        "m4=host:0/2",
        "m4=host:x/2",
        "m4=host:1/99999",
        "/2=host:1"
      })
  void server_anythingElse_isRefused_andTheFormIsTold(String text) {
    assertThatThrownBy(() -> MetadataAction.server(text))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("ID=HOST:PORT/RAFT-PORT");
  }
}
