package io.shoal.benchmarks.measure;

import io.shoal.benchmarks.measure.Row.Figure;

/**
 * One measured run of a row.
 *
 * @param bytes 0 if operations are what counts
 * @param p50Micros 0 if the work was one piece
 * @param clientCpuSeconds of the process that did the work
 * @param serverCpuSeconds of all server processes together
 * @param clientPeakMebibytes largest resident size during the run
 * @param serverPeakMebibytes the same, added up over all server processes
 * @param clientThreads most at once, of those that serve the client; the JVM's own don't count
 */
public record Sample(
    Row row,
    double seconds,
    long bytes,
    long operations,
    double p50Micros,
    double p99Micros,
    double clientCpuSeconds,
    double serverCpuSeconds,
    long clientPeakMebibytes,
    long serverPeakMebibytes,
    int clientThreads) {
  private static final int FIELDS = 13;
  private static final double MEBIBYTE = 1 << 20;
  private static final double GIBIBYTE = 1 << 30;

  /** Returns what is compared, in the unit of the row's figure. */
  public double figure() {
    return switch (row.figure()) {
      case BANDWIDTH -> bytes / MEBIBYTE / seconds;
      case RATE -> operations / seconds;
      case LATENCY -> p50Micros;
    };
  }

  /** Returns the client's CPU time, in the unit of the row's figure. */
  public double clientCpu() {
    return clientCpuSeconds / cpuUnits();
  }

  /** Returns the servers' CPU time, in the unit of the row's figure. */
  public double serverCpu() {
    return serverCpuSeconds / cpuUnits();
  }

  private double cpuUnits() {
    return row.figure() == Figure.BANDWIDTH ? bytes / GIBIBYTE : operations / 1e3;
  }

  /** Writes the sample as one line, for {@link #ofLine}. */
  public String toLine() {
    return String.join(
        "\t",
        row.id(),
        row.title(),
        row.figure().name(),
        Double.toString(seconds),
        Long.toString(bytes),
        Long.toString(operations),
        Double.toString(p50Micros),
        Double.toString(p99Micros),
        Double.toString(clientCpuSeconds),
        Double.toString(serverCpuSeconds),
        Long.toString(clientPeakMebibytes),
        Long.toString(serverPeakMebibytes),
        Integer.toString(clientThreads));
  }

  /**
   * Reads what {@link #toLine} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Sample ofLine(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "sample with " + fields.length + " fields (expected: " + FIELDS + "): " + line);
    }
    return new Sample(
        new Row(fields[0], fields[1], Figure.valueOf(fields[2])),
        Double.parseDouble(fields[3]),
        Long.parseLong(fields[4]),
        Long.parseLong(fields[5]),
        Double.parseDouble(fields[6]),
        Double.parseDouble(fields[7]),
        Double.parseDouble(fields[8]),
        Double.parseDouble(fields[9]),
        Long.parseLong(fields[10]),
        Long.parseLong(fields[11]),
        Integer.parseInt(fields[12]));
  }
}
