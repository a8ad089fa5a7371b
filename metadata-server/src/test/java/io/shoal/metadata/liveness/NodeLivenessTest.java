package io.shoal.metadata.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.shoal.common.id.NodeId;
import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeLivenessTest {
  private static final NodeId NODE = new NodeId(1);
  private static final NodeReport REPORT = new NodeReport(List.of(), 1, 2, 3);

  private final FakeClock clock = new FakeClock();
  private final NodeLiveness liveness =
      new NodeLiveness(
          new LivenessSettings(
              Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(60)),
          clock);

  @Test
  void of_silence_goesFromAliveToSuspectToDead() {
    liveness.heard(NODE, REPORT);
    clock.advanceMillis(9_999);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.ALIVE);
    clock.advanceMillis(1);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.SUSPECT);
    clock.advanceMillis(49_999);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.SUSPECT);
    clock.advanceMillis(1);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.DEAD);
  }

  @Test
  void of_heartbeatOfADeadNode_isAliveAgain() {
    liveness.heard(NODE, REPORT);
    clock.advanceMillis(100_000);
    liveness.heard(NODE, REPORT);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.ALIVE);
    assertThat(liveness.silentMillis(NODE)).isZero();
    assertThat(liveness.report(NODE)).isEqualTo(REPORT);
  }

  @Test
  void of_wallClockThatJumps_changesNothing() {
    liveness.heard(NODE, REPORT);
    clock.jumpWall(Duration.ofDays(1));
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.ALIVE);
  }

  @Test
  void begin_newTerm_forgetsReportsButDeclaresNobodyDeadAtOnce() {
    liveness.heard(NODE, REPORT);
    clock.advanceMillis(59_000);
    liveness.begin();
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.SUSPECT);
    assertThat(liveness.silentMillis(NODE)).isEqualTo(-1);
    assertThat(liveness.report(NODE)).isNull();
    assertThat(liveness.stillGathering()).isTrue();
    clock.advanceMillis(59_999);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.SUSPECT);
    assertThat(liveness.stillGathering()).isFalse();
    clock.advanceMillis(1);
    assertThat(liveness.of(NODE)).isEqualTo(Liveness.DEAD);
  }

  /** However soon nodes are suspect: those that look for a new leader need their time. */
  @Test
  void begin_shortLimits_nodesAreWaitedForAllTheSame() {
    NodeLiveness strict =
        new NodeLiveness(
            new LivenessSettings(
                Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(5)),
            clock);
    clock.advanceMillis(9_999);
    assertThat(strict.stillGathering()).isTrue();
    clock.advanceMillis(1);
    assertThat(strict.stillGathering()).isFalse();
  }

  @Test
  void settings_limitsThatDoNotRise_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LivenessSettings(
                    Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(9)))
        .withMessageContaining("node.suspect-after");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LivenessSettings(
                    Duration.ofSeconds(3), Duration.ofSeconds(9), Duration.ofSeconds(9)))
        .withMessageContaining("node.dead-after");
  }
}
