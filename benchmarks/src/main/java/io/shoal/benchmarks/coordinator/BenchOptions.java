package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.workload.Sizes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a caller may choose.
 *
 * @param systems files that describe the systems
 * @param warmUpRounds before them, which don't count
 * @param rounds that count
 * @param workloads that are run
 * @param output directory for the results
 * @param check only whether the options are right
 */
record BenchOptions(
    List<Path> systems,
    int warmUpRounds,
    int rounds,
    Sizes sizes,
    Set<String> workloads,
    Path output,
    boolean check) {
  private static final int WARM_UP_ROUNDS = 2;
  private static final int ROUNDS = 5;
  private static final int LARGE_MEBIBYTES = 2_048;
  private static final int QUICK_WARM_UP_ROUNDS = 1;
  private static final int QUICK_ROUNDS = 1;
  private static final int QUICK_LARGE_MEBIBYTES = 128;

  BenchOptions {
    systems = List.copyOf(systems);
    workloads = Set.copyOf(workloads);
  }

  /**
   * Reads the arguments of a command line.
   *
   * @throws IllegalArgumentException with a message for the caller
   */
  static BenchOptions parse(String... arguments) {
    List<Path> systems = new ArrayList<>();
    Set<String> workloads = new TreeSet<>();
    String output = "";
    int warmUpRounds = 0;
    int rounds = 0;
    int mebibytes = 0;
    boolean quick = false;
    boolean check = false;
    for (int i = 0; i < arguments.length; i++) {
      String option = arguments[i];
      if (option.equals("--quick")) {
        quick = true;
        continue;
      }
      if (option.equals("--check")) {
        check = true;
        continue;
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(option + " needs a value, or is no option");
      }
      String value = arguments[++i];
      switch (option) {
        case "--system" -> systems.add(Path.of(value));
        case "--warm-up" -> warmUpRounds = number(option, value, 1_000);
        case "--rounds" -> rounds = number(option, value, 1_000);
        case "--mib" -> mebibytes = number(option, value, 1 << 20);
        case "--workloads" -> workloads.addAll(known(value));
        case "--output" -> output = value;
        default -> throw new IllegalArgumentException("unknown option '" + option + "'");
      }
    }
    if (!check && (systems.isEmpty() || output.isEmpty())) {
      throw new IllegalArgumentException("--system and --output are needed");
    }
    int largeMebibytes =
        mebibytes > 0 ? mebibytes : quick ? QUICK_LARGE_MEBIBYTES : LARGE_MEBIBYTES;
    return new BenchOptions(
        systems,
        warmUpRounds > 0 ? warmUpRounds : quick ? QUICK_WARM_UP_ROUNDS : WARM_UP_ROUNDS,
        rounds > 0 ? rounds : quick ? QUICK_ROUNDS : ROUNDS,
        quick ? Sizes.quick(largeMebibytes) : Sizes.full(largeMebibytes),
        workloads.isEmpty() ? new TreeSet<>(Unit.ids()) : workloads,
        Path.of(output),
        check);
  }

  private static int number(String option, String value, int most) {
    if (!value.matches("[0-9]{1,7}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > most) {
      throw new IllegalArgumentException(option + " " + value + " (expected: 1 to " + most + ")");
    }
    return Integer.parseInt(value);
  }

  private static List<String> known(String value) {
    List<String> ids = Arrays.asList(value.split(",", -1));
    for (String id : ids) {
      if (!Unit.ids().contains(id)) {
        throw new IllegalArgumentException(
            "--workloads "
                + value
                + ": there is no '"
                + id
                + "' (expected: some of "
                + String.join(",", Unit.ids())
                + ")");
      }
    }
    return ids;
  }
}
