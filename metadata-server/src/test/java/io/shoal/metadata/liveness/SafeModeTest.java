package io.shoal.metadata.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeModeTest {
  private final FakeClock clock = new FakeClock();
  private final SafeMode safeMode = new SafeMode(Duration.ofSeconds(10), clock);

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "0, 1, true",
    "1, 1, false",
    "1, 2, false",
    "0, 2, true",
    "1, 3, true",
    "2, 3, false",
    "2, 5, true",
    "3, 5, false"
  })
  void isOn_whenMoreThanHalfAreSilent(int heard, int expected, boolean on) {
    safeMode.update(heard, expected);
    assertThat(safeMode.on()).isEqualTo(on);
    assertThat(safeMode.state()).isEqualTo(new SafeMode.State(on, heard, expected));
  }

  @Test
  void begin_isOn_beforeAnybodyWasHeard() {
    assertThat(safeMode.on()).isTrue();
    safeMode.update(5, 5);
    assertThat(safeMode.on()).isFalse();
    safeMode.begin();
    assertThat(safeMode.on()).isTrue();
    assertThat(safeMode.settled()).isFalse();
  }

  @Test
  void end_isSettledOnlyAfterAWhile() {
    safeMode.update(3, 5);
    assertThat(safeMode.settled()).isFalse();
    clock.advance(Duration.ofSeconds(9));
    safeMode.update(4, 5);
    assertThat(safeMode.settled()).isFalse();
    clock.advance(Duration.ofSeconds(1));
    assertThat(safeMode.settled()).isTrue();
    safeMode.update(2, 5);
    assertThat(safeMode.settled()).isFalse();
  }
}
