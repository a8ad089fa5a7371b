package io.shoal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
  @ParameterizedTest
  @ValueSource(strings = {"localhost:7400", "127.0.0.1:1", "[::1]:65535", "meta-1.example.org:0"})
  void parse_address_andBack(String text) {
    assertThat(HostPort.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":7400",
        "host",
        "host:",
        "host:x",
        "host:-1",
        "host:65536",
        "::1:7400",
        "[]:1",
        " :1"
      })
  void parse_noAddress_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
  }

  @Test
  void parse_ipv6_hasNoBracketsInHost() {
    assertThat(HostPort.parse("[fe80::1]:80").host()).isEqualTo("fe80::1");
  }
}
