package io.shoal.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValueTypesTest {
  private enum Mode {
    READ_ONLY,
    OFF
  }

  @Test
  void bytes_withAndWithoutSuffix_areRead() {
    ValueType<Long> type = ValueTypes.bytes("0", "8TiB");
    assertThat(read(type, "17")).isEqualTo(17);
    assertThat(read(type, "64KiB")).isEqualTo(65_536);
    assertThat(read(type, "16 MiB")).isEqualTo(16L << 20);
    assertThat(read(type, "3GiB")).isEqualTo(3L << 30);
    assertThat(read(type, "1TiB")).isEqualTo(1L << 40);
  }

  @Test
  void bytes_anythingElse_isRefused() {
    ValueType<Long> type = ValueTypes.bytes("4KiB", "1GiB");
    refuses(
        type,
        "",
        "KiB",
        "64KB",
        "64kib",
        "-1KiB",
        "1.5MiB",
        "4095",
        "1025MiB",
        "9999999999GiB",
        "0x10",
        "99999999999999999999");
    assertThat(type.expected()).isEqualTo("a size such as 64KiB, 16MiB or 2GiB, from 4KiB to 1GiB");
  }

  @Test
  void duration_everyUnit_isRead() {
    ValueType<Duration> type = ValueTypes.duration("0", "30d");
    assertThat(read(type, "0")).isEqualTo(Duration.ZERO);
    assertThat(read(type, "500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(read(type, "30 s")).isEqualTo(Duration.ofSeconds(30));
    assertThat(read(type, "15m")).isEqualTo(Duration.ofMinutes(15));
    assertThat(read(type, "2h")).isEqualTo(Duration.ofHours(2));
    assertThat(read(type, "1d")).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void duration_anythingElse_isRefused() {
    refuses(
        ValueTypes.duration("1s", "1h"),
        "",
        "s",
        "30",
        "-1s",
        "999ms",
        "61m",
        "1w",
        "1.5h",
        "99999999999999999d");
  }

  @Test
  void ratio_fractionOrPercent_isRead() {
    ValueType<Double> type = ValueTypes.ratio(0, 1);
    assertThat(read(type, "0.05")).isEqualTo(0.05);
    assertThat(read(type, "5%")).isEqualTo(0.05);
    assertThat(read(type, "1")).isEqualTo(1);
    refuses(type, "", "1.01", "101%", "-0.1", "NaN", "1e-3", ".5", "5 %");
  }

  @Test
  void integer_outOfBounds_isRefused() {
    ValueType<Integer> type = ValueTypes.integer(1, 10);
    assertThat(read(type, "10")).isEqualTo(10);
    refuses(type, "", "0", "11", "1.0", "99999999999");
  }

  @Test
  void bool_onlyTwoWords() {
    assertThat(read(ValueTypes.bool(), "true")).isTrue();
    assertThat(read(ValueTypes.bool(), "false")).isFalse();
    refuses(ValueTypes.bool(), "", "yes", "True", "1");
  }

  @Test
  void oneOf_constantsInLowerCase() {
    ValueType<Mode> type = ValueTypes.oneOf(Mode.class);
    assertThat(read(type, "read-only")).isEqualTo(Mode.READ_ONLY);
    assertThat(type.expected()).isEqualTo("one of read-only, off");
    refuses(type, "", "READ_ONLY", "read_only", "on");
  }

  @Test
  void hostPort_andPath_areRead() {
    assertThat(read(ValueTypes.hostPort(), "[::1]:7400")).isEqualTo(new HostPort("::1", 7400));
    refuses(ValueTypes.hostPort(), "", "localhost", "localhost:x", "localhost:70000");
    assertThat(read(ValueTypes.path(), "/data/1")).isEqualTo(Path.of("/data/1"));
    refuses(ValueTypes.path(), "");
  }

  @Test
  void listOf_values_withCommas() {
    ValueType<List<Integer>> type = ValueTypes.listOf(ValueTypes.integer(0, 9));
    assertThat(read(type, "")).isEmpty();
    assertThat(read(type, "1")).containsExactly(1);
    assertThat(read(type, "1, 2 ,3")).containsExactly(1, 2, 3);
    refuses(type, "1,", ",", "1,,2", "1,10");
    refuses(ValueTypes.nonEmptyListOf(ValueTypes.integer(0, 9)), "");
  }

  @Test
  void optional_empty_isNothing() {
    ValueType<Optional<Integer>> type = ValueTypes.optional(ValueTypes.integer(0, 9));
    assertThat(read(type, "")).isEmpty();
    assertThat(read(type, "5")).contains(5);
    refuses(type, "x");
  }

  @Test
  void string_any_nonEmptyString_any() {
    assertThat(read(ValueTypes.string(), "")).isEmpty();
    refuses(ValueTypes.nonEmptyString(), "");
  }

  private static <T> T read(ValueType<T> type, String text) {
    return type.parser().apply(text);
  }

  private static void refuses(ValueType<?> type, String... texts) {
    for (String text : texts) {
      assertThatThrownBy(() -> type.parser().apply(text))
          .as("'%s'", text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
