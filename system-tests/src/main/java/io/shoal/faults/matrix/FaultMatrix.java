package io.shoal.faults.matrix;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterException;
import io.shoal.faults.bed.Figures;
import io.shoal.faults.bed.TestBed;
import io.shoal.faults.history.LeaderFaults;
import io.shoal.faults.late.LateNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs the fault matrix: one cluster of real processes lives through one row after the other while
 * clients work on it; after each row everything is compared with their journals. Ends with 1 at the
 * first violation, and leaves the directory then.
 */
public final class FaultMatrix {
  private static final int WARM_UP_SECONDS = 10;
  private static final Duration BEFORE = Duration.ofSeconds(1);

  private final MatrixOptions options;
  private final PrintStream out;
  private final Map<String, RowResult> results = new HashMap<>();
  private Figures before = Figures.NONE;

  /** Makes a matrix that has not run. */
  public FaultMatrix(MatrixOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs the command. */
  public static void main(String[] arguments) throws Exception {
    MatrixOptions options = new MatrixOptions();
    JCommander parser =
        JCommander.newBuilder().addObject(options).programName("fault-matrix").build();
    try {
      parser.parse(arguments);
    } catch (ParameterException e) {
      System.err.println("fault-matrix: " + e.getMessage());
      System.exit(2);
    }
    if (options.help) {
      parser.usage();
      return;
    }
    List<Row> rows;
    try {
      rows = chosen(options);
    } catch (IllegalArgumentException e) {
      System.err.println("fault-matrix: " + e.getMessage());
      System.exit(2);
      return;
    }
    if (options.list) {
      rows.forEach(row -> System.out.printf("%-22s %s%n", row.name(), row.description()));
      return;
    }
    System.exit(new FaultMatrix(options, System.out).run(rows) ? 0 : 1);
  }

  private static List<Row> chosen(MatrixOptions options) {
    if (!Set.of(1, 3, 5).contains(options.metadata)) {
      throw new IllegalArgumentException(
          "--metadata: " + options.metadata + " (expected: 1, 3 or 5)");
    }
    List<Row> all = Rows.all(options.metadata);
    List<String> names = options.rows;
    if (names.isEmpty()) {
      return all;
    }
    List<Row> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          all.stream()
              .filter(row -> row.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--rows: there is no '" + name + "' (see: fault-matrix --list)")));
    }
    return chosen;
  }

  /** Runs rows, or measures; returns whether there was no violation. */
  public boolean run(List<Row> rows) throws IOException, InterruptedException {
    Path directory =
        options.directory.toString().isEmpty()
            ? Files.createTempDirectory("shoal-faults")
            : Files.createDirectories(options.directory);
    out.printf("seed %d, in %s%n", options.seed, directory);
    long began = System.nanoTime();
    boolean well = true;
    try (TestBed bed =
        new TestBed(
            directory,
            options.distribution,
            options.metadata,
            new SplittableRandom(options.seed))) {
      // For ctrl-C: nobody else would take the namespaces and the disk away.
      Runtime.getRuntime().addShutdownHook(new Thread(bed::end));
      bed.start();
      if (options.lateNode) {
        new LateNode(bed, out).measure(WARM_UP_SECONDS);
      } else if (options.leaderFaults) {
        well = new LeaderFaults(bed, out).run(directory.toAbsolutePath(), options.minutes());
        out.println(well ? "no violations" : "VIOLATED");
      } else {
        well = runUntil(bed, rows, began + TimeUnit.MINUTES.toNanos(options.minutes));
      }
    }
    if (!options.lateNode && !options.leaderFaults) {
      report(rows, well, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    }
    if (well && options.directory.toString().isEmpty()) {
      deleteAll(directory);
    } else {
      out.println("journals, logs and data are in " + directory);
    }
    return well;
  }

  private void report(List<Row> rows, boolean well, long seconds) throws IOException {
    String table =
        new Table(
                rows.stream()
                    .distinct()
                    .map(row -> results.getOrDefault(row.name(), new RowResult(row)))
                    .toList())
            .toString();
    out.println(table);
    out.printf("%s after %d s%n", well ? "no violations" : "VIOLATED", seconds);
    if (!options.table.toString().isEmpty()) {
      Files.writeString(options.table, table);
    }
  }

  /** Goes over all rows once, and again until the time is over. */
  private boolean runUntil(TestBed bed, List<Row> rows, long endNanos)
      throws IOException, InterruptedException {
    // What clients notice of servers that start does not count.
    bed.resumeWork();
    new Stage(bed, BEFORE).awaitWork();
    bed.pauseWork();
    for (int i = 0; i < rows.size() || System.nanoTime() - endNanos < 0; i++) {
      if (!run(bed, rows.get(i % rows.size()))) {
        return false;
      }
    }
    return true;
  }

  private boolean run(TestBed bed, Row row) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Stage stage = new Stage(bed, Duration.ofSeconds(options.faultSeconds));
    bed.resumeWork();
    List<String> lines = new ArrayList<>();
    try {
      stage.awaitWork();
      row.disturbance().run(stage);
      if (stage.faults() == 0) {
        lines.add("violation: there was nothing to disturb");
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      lines.add("violation: the row could not be run: " + e);
    }
    bed.pauseWork();
    lines.addAll(bed.check(options.healthSeconds));
    addFailures(row, lines);
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    RowResult result = results.computeIfAbsent(row.name(), name -> new RowResult(row));
    int known = result.violations().size();
    result.add(stage.faults(), took, lines, before);
    before = RowResult.figures(lines);
    out.printf(
        "%-22s %5.1f s, %d faults; %s; %s%n",
        row.name(),
        took / 1e3,
        stage.faults(),
        lines.get(lines.size() - 1),
        lines.stream().filter(line -> line.startsWith("failures ")).findFirst().orElse(""));
    result.violations().stream().skip(known).limit(20).forEach(each -> out.println("  " + each));
    return result.violations().isEmpty();
  }

  /** A row is violated by each operation that fails in a way in which it must not. */
  private static void addFailures(Row row, List<String> lines) {
    String begin = "failures ";
    lines.stream()
        .filter(line -> line.startsWith(begin))
        .findFirst()
        .map(line -> row.failures().among(line.substring(begin.length())))
        .filter(unexpected -> !unexpected.isEmpty())
        .ifPresent(unexpected -> lines.add(0, "violation: operations failed: " + unexpected));
  }

  private static void deleteAll(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
