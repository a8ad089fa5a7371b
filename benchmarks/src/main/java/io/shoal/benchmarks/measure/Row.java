package io.shoal.benchmarks.measure;

/**
 * A row of the table.
 *
 * @param id short and stable, such as {@code W7-stat}
 * @param title what is done, with its sizes
 */
public record Row(String id, String title, Figure figure) {
  /** What of a sample is compared. */
  public enum Figure {
    /** Bytes a second; CPU time is told for each GiB. */
    BANDWIDTH("MiB/s", "s/GiB"),
    /** Operations a second; CPU time is told for each 1,000. */
    RATE("/s", "s/1,000"),
    /** The median of the operations' times; CPU time is told for each 1,000. */
    LATENCY("us", "s/1,000");

    private final String unit;
    private final String cpuUnit;

    Figure(String unit, String cpuUnit) {
      this.unit = unit;
      this.cpuUnit = cpuUnit;
    }

    /** Returns the unit of the figure. */
    public String unit() {
      return unit;
    }

    /** Returns the unit of CPU time. */
    public String cpuUnit() {
      return cpuUnit;
    }
  }
}
