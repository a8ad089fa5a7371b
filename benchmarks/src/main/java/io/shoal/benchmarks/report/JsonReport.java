package io.shoal.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Sample;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;

/** The results as JSON, for other programs. */
public final class JsonReport {
  private JsonReport() {}

  /**
   * Makes the JSON.
   *
   * @param circumstances under which was measured
   */
  public static String of(Results results, Map<String, String> circumstances) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      writeTexts(json, "circumstances", circumstances);
      writeTexts(json, "systems", results.systems());
      json.writeArrayFieldStart("rows");
      for (Row row : results.rows()) {
        writeRow(json, results, row);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("failures");
      for (String failure : results.failures()) {
        json.writeString(failure);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }

  private static void writeRow(JsonGenerator json, Results results, Row row) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", row.id());
    json.writeStringField("title", row.title());
    json.writeStringField("unit", row.figure().unit());
    json.writeStringField("cpuUnit", row.figure().cpuUnit());
    Optional<Ratio> ratio = results.ratio(row);
    if (ratio.isPresent()) {
      json.writeNumberField("speedToPeer", ratio.get().speed());
      if (ratio.get().cpu().isPresent()) {
        json.writeNumberField("cpuToPeer", ratio.get().cpu().getAsDouble());
      }
    }
    json.writeObjectFieldStart("systems");
    for (Summary summary : results.summaries(row)) {
      writeSummary(json, summary);
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeSummary(JsonGenerator json, Summary summary) throws IOException {
    json.writeObjectFieldStart(summary.system());
    writeSpread(json, "figure", summary.figure());
    if (summary.hasLatencies()) {
      writeSpread(json, "p50Micros", summary.p50Micros());
      writeSpread(json, "p99Micros", summary.p99Micros());
    }
    writeSpread(json, "clientCpu", summary.clientCpu());
    writeSpread(json, "serverCpu", summary.serverCpu());
    json.writeNumberField("clientPeakMebibytes", summary.clientPeakMebibytes());
    json.writeNumberField("serverPeakMebibytes", summary.serverPeakMebibytes());
    json.writeNumberField("clientThreads", summary.clientThreads());
    json.writeArrayFieldStart("samples");
    for (Sample sample : summary.samples()) {
      writeSample(json, sample);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeSample(JsonGenerator json, Sample sample) throws IOException {
    json.writeStartObject();
    json.writeNumberField("seconds", sample.seconds());
    json.writeNumberField("bytes", sample.bytes());
    json.writeNumberField("operations", sample.operations());
    json.writeNumberField("p50Micros", sample.p50Micros());
    json.writeNumberField("p99Micros", sample.p99Micros());
    json.writeNumberField("clientCpuSeconds", sample.clientCpuSeconds());
    json.writeNumberField("serverCpuSeconds", sample.serverCpuSeconds());
    json.writeNumberField("clientPeakMebibytes", sample.clientPeakMebibytes());
    json.writeNumberField("serverPeakMebibytes", sample.serverPeakMebibytes());
    json.writeNumberField("clientThreads", sample.clientThreads());
    json.writeEndObject();
  }

  private static void writeSpread(JsonGenerator json, String name, Spread spread)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("min", spread.least());
    json.writeNumberField("median", spread.median());
    json.writeNumberField("max", spread.most());
    json.writeEndObject();
  }
}
