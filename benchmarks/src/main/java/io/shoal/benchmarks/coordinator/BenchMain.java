package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.report.Chart;
import io.shoal.benchmarks.report.JsonReport;
import io.shoal.benchmarks.report.Results;
import io.shoal.benchmarks.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Runs the benchmark on systems that the script has started, prints the table and writes {@code
 * results.json}, {@code table.md} and {@code ratios.svg}. Ends with 1 if some work failed, with 2
 * if the options are wrong.
 */
public final class BenchMain {
  private BenchMain() {}

  /** Runs the benchmark. */
  public static void main(String[] arguments) throws Exception {
    BenchOptions options;
    try {
      options = BenchOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(2);
      return;
    }
    if (options.check()) {
      return;
    }
    Results results = run(options);
    write(options, results);
    System.out.println(Table.of(results));
    System.out.println("written to " + options.output() + ": results.json, table.md, ratios.svg");
    System.exit(results.failures().isEmpty() ? 0 : 1);
  }

  private static Results run(BenchOptions options)
      throws IOException, InterruptedException, WorkFailedException {
    Results results = new Results();
    List<Worker> workers = new ArrayList<>();
    try {
      for (Path file : options.systems()) {
        SystemUnderTest system = SystemUnderTest.of(file);
        results.addSystem(system.name(), system.about());
        workers.add(Worker.start(system, options.sizes()));
      }
      List<Unit> units =
          Unit.all().stream().filter(unit -> options.workloads().contains(unit.id())).toList();
      new Coordinator(workers, units, results).run(options.warmUpRounds(), options.rounds());
    } finally {
      for (Worker worker : workers) {
        worker.close();
      }
    }
    return results;
  }

  private static void write(BenchOptions options, Results results) throws IOException {
    Files.createDirectories(options.output());
    TreeMap<String, String> circumstances = new TreeMap<>();
    circumstances.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    circumstances.put("java", Runtime.version().toString());
    circumstances.put("kernel", System.getProperty("os.version"));
    circumstances.put("warm-up rounds", Integer.toString(options.warmUpRounds()));
    circumstances.put("rounds", Integer.toString(options.rounds()));
    circumstances.put("sizes", options.sizes().toString());
    Files.writeString(
        options.output().resolve("results.json"), JsonReport.of(results, circumstances));
    Files.writeString(options.output().resolve("table.md"), Table.of(results));
    Files.writeString(options.output().resolve("ratios.svg"), Chart.of(results));
  }
}
