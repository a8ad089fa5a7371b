package io.shoal.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ChartTest {
  @Test
  void of_results_isXmlWithTwoBarsForEachRowOfBoth() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Chart.of(Example.results()))));

    int background = 1;
    int legend = 2;
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(background + legend + 2 * 2);
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("write one file", "append & flush", "2.00", "0.50")
        .doesNotContain("disk");
  }
}
