package io.shoal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataServerAddressTest {
  @Test
  void parse_takesHostNamesAndAddresses() {
    assertThat(MetadataServerAddress.parse("m4=meta.example:7400/7401"))
        .isEqualTo(new MetadataServerAddress("m4", "meta.example", 7_400, 7_401));
    assertThat(MetadataServerAddress.parse("m4=[::1]:7400/7401").host()).isEqualTo("::1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m4",
        "m4=",
        "=host:1/2",
        "m4=host",
        "m4=host:1",
        "m4=host/2",
        "m4=:1/2",
        "m4=host:/2",
        "m4=host:1/",
        "m4=host:x/2",
        "m4=host:1/99999"
      })
  void parse_anythingElse_isRefused_andTheFormIsTold(String text) {
    assertThatThrownBy(() -> MetadataServerAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ID=HOST:PORT/RAFT-PORT");
  }
}
