package io.shoal.benchmarks.workload;

/**
 * How much the workloads do.
 *
 * @param largeMebibytes of the large file; eight streams share as much
 * @param smallFiles of 4 KiB
 * @param names directories and empty files for each operation on names
 * @param reads at random positions, and of small files
 * @param records that are appended and flushed
 * @param gain operations one by one and all at once
 * @param flood operations in flight from one client
 */
public record Sizes(
    int largeMebibytes, int smallFiles, int names, int reads, int records, int gain, int flood) {
  private static final int FIELDS = 7;

  public Sizes {
    requirePositive("largeMebibytes", largeMebibytes);
    requirePositive("smallFiles", smallFiles);
    requirePositive("names", names);
    requirePositive("reads", reads);
    requirePositive("records", records);
    requirePositive("gain", gain);
    requirePositive("flood", flood);
  }

  /** Returns sizes for numbers that are meant to be compared. */
  public static Sizes full(int largeMebibytes) {
    return new Sizes(largeMebibytes, 2_000, 6_000, 12_000, 300, 1_000, 10_000);
  }

  /** Returns sizes that show that everything works. */
  public static Sizes quick(int largeMebibytes) {
    return new Sizes(largeMebibytes, 200, 400, 800, 50, 100, 1_000);
  }

  /** Writes the sizes as one word, for {@link #ofWord}. */
  public String toWord() {
    return largeMebibytes
        + ":"
        + smallFiles
        + ":"
        + names
        + ":"
        + reads
        + ":"
        + records
        + ":"
        + gain
        + ":"
        + flood;
  }

  /**
   * Reads what {@link #toWord} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Sizes ofWord(String word) {
    String[] fields = word.split(":", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "sizes: " + word + " (expected: " + FIELDS + " numbers with colons between)");
    }
    return new Sizes(
        Integer.parseInt(fields[0]),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[2]),
        Integer.parseInt(fields[3]),
        Integer.parseInt(fields[4]),
        Integer.parseInt(fields[5]),
        Integer.parseInt(fields[6]));
  }

  long largeBytes() {
    return (long) largeMebibytes << 20;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
