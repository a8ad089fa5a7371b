package io.shoal.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonReportTest {
  @Test
  void of_results_hasRatiosSpreadsAndEverySample() throws IOException {
    String json = JsonReport.of(Example.results(), Map.of("rounds", "3")).replaceAll("\\s", "");

    assertThat(json)
        .contains("\"circumstances\":{\"rounds\":\"3\"}")
        .contains("\"id\":\"W1\"")
        .contains("\"speedToPeer\":2.0,\"cpuToPeer\":0.5")
        .contains("\"figure\":{\"min\":256.0,\"median\":512.0,\"max\":1024.0}")
        .contains("\"p50Micros\":{\"min\":1500.0,\"median\":1500.0,\"max\":1500.0}")
        .containsOnlyOnce("\"samples\":[{\"seconds\":4.0,\"bytes\":1073741824,")
        .contains("\"failures\":[]");
  }
}
