package io.shoal.benchmarks.worker;

import io.shoal.benchmarks.hdfs.HadoopStore;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Processes;
import io.shoal.benchmarks.shoal.ShoalStore;
import io.shoal.benchmarks.workload.Sizes;
import io.shoal.common.policy.AckLevel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs workloads against one system, as the coordinator says. Arguments: the adapter, the address
 * that it needs, the sizes of the workloads, then the process ids of the servers.
 */
public final class WorkerMain {
  private WorkerMain() {}

  /** Obeys until the standard input ends. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 3) {
      System.err.println(
          "usage: WorkerMain shoal|shoal-memory|hadoop|machine ADDRESS SIZES [PID...]");
      System.exit(2);
    }
    PrintStream answers = System.out;
    // Whatever a library prints must not be taken for an answer.
    System.setOut(System.err);
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Processes servers = new Processes(Arrays.stream(arguments).skip(3).map(Long::valueOf).toList());
    Meter meter = new Meter(servers, sample -> answers.println(Command.SAMPLE + sample.toLine()));
    try (Subject subject = open(arguments[0], arguments[1], Sizes.ofWord(arguments[2]))) {
      answers.println(Command.READY);
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        answers.println(obey(Command.ofLine(line), subject, meter));
      }
    }
    // Clients of other people may leave threads behind that are no daemons.
    System.exit(0);
  }

  private static Subject open(String adapter, String address, Sizes sizes) throws Exception {
    return switch (adapter) {
      case "shoal" -> StoreSubject.of(ShoalStore.connect(address, AckLevel.FSYNC), sizes);
      case "shoal-memory" -> StoreSubject.of(ShoalStore.connect(address, AckLevel.MEMORY), sizes);
      case "hadoop" -> StoreSubject.of(HadoopStore.connect(), sizes);
      case "machine" -> new MachineSubject(Path.of(address), sizes);
      default ->
          throw new IllegalArgumentException(
              "adapter: " + adapter + " (expected: shoal, shoal-memory, hadoop or machine)");
    };
  }

  private static String obey(Command command, Subject subject, Meter meter) {
    try {
      if (command instanceof Command.Run run) {
        subject.run(run.workload(), run.directory(), meter);
      } else if (command instanceof Command.Clean clean) {
        subject.clean(clean.directory());
      }
      return Command.DONE;
    } catch (Throwable e) {
      // Errors too: the coordinator waits for an answer, and a system out of memory has failed.
      e.printStackTrace();
      Throwable reason = e.getCause() == null ? e : e.getCause();
      return Command.FAILED + reason.toString().replaceAll("\\s+", " ");
    }
  }
}
