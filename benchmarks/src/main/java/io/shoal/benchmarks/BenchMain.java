package io.shoal.benchmarks;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs every workload several times in turn and prints the medians. Arguments: the cluster's
 * metadata server as {@code HOST:PORT}, the number of rounds, MiB of the large file, then the
 * servers' process ids.
 */
public final class BenchMain {
  private record Sample(
      double seconds, double clientCpu, double serverCpu, Workload.Amount amount) {}

  private final ShoalClient client;
  private final Cpu cpu;
  private int directories;

  private BenchMain(ShoalClient client, Cpu cpu) {
    this.client = client;
    this.cpu = cpu;
  }

  /** Runs the benchmark. */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 3) {
      System.err.println("usage: BenchMain HOST:PORT ROUNDS MIB [PID...]");
      System.exit(2);
    }
    int rounds = Integer.parseInt(arguments[1]);
    long bytes = Long.parseLong(arguments[2]) << 20;
    List<Long> servers = Arrays.stream(arguments).skip(3).map(Long::valueOf).toList();
    try (ShoalClient client =
        ShoalClient.create(ClientConfig.forCluster(arguments[0]).withClientName("shoal-bench"))) {
      new BenchMain(client, new Cpu(servers)).run(rounds, workloads(bytes));
    }
  }

  private static List<Workload> workloads(long bytes) {
    int gain = 1_000;
    return List.of(
        new LargeFile.Write(bytes),
        new LargeFile.Read(bytes),
        SmallFiles.of(SmallFiles.Operation.WRITE, 4_000, 64),
        SmallFiles.of(SmallFiles.Operation.READ, 4_000, 64),
        SmallFiles.of(SmallFiles.Operation.WRITE, gain, 1),
        SmallFiles.of(SmallFiles.Operation.WRITE, gain, gain),
        SmallFiles.of(SmallFiles.Operation.READ, gain, 1),
        SmallFiles.of(SmallFiles.Operation.READ, gain, gain),
        SmallFiles.of(SmallFiles.Operation.STAT, gain, 1),
        SmallFiles.of(SmallFiles.Operation.STAT, gain, gain));
  }

  private void run(int rounds, List<Workload> workloads) throws InterruptedException {
    List<List<Sample>> samples = new ArrayList<>();
    workloads.forEach(workload -> samples.add(new ArrayList<>()));
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < workloads.size(); i++) {
        Sample sample = measure(workloads.get(i));
        if (round >= 0) {
          samples.get(i).add(sample);
        }
      }
    }
    print(
        "%-44s %12s %12s %10s %10s %18s%n",
        "workload", "median", "min..max", "p50", "p99", "CPU client+servers");
    for (int i = 0; i < workloads.size(); i++) {
      print(workloads.get(i), samples.get(i));
    }
    print(
        "client threads: %d; largest server: %d MiB%n",
        Thread.activeCount(), cpu.serverPeakMebibytes());
  }

  private Sample measure(Workload workload) throws InterruptedException {
    String directory = "/bench-" + ProcessHandle.current().pid() + "-" + directories++;
    Await.value(client.mkdir(directory, true));
    workload.prepare(client, directory);
    double clientCpu = cpu.clientSeconds();
    double serverCpu = cpu.serverSeconds();
    long begin = System.nanoTime();
    Workload.Amount amount = workload.run(client, directory);
    double seconds = (System.nanoTime() - begin) / 1e9;
    Sample sample =
        new Sample(
            seconds, cpu.clientSeconds() - clientCpu, cpu.serverSeconds() - serverCpu, amount);
    Await.value(client.delete(directory, true));
    return sample;
  }

  private static void print(Workload workload, List<Sample> samples) {
    boolean bulk = samples.get(0).amount.bytes() > 0;
    double unit = bulk ? 1 << 20 : 1;
    double[] rates =
        samples.stream()
            .mapToDouble(s -> (bulk ? s.amount.bytes() : s.amount.operations()) / unit / s.seconds)
            .sorted()
            .toArray();
    // CPU per GiB for bulk rows, per 1,000 operations for the others.
    double per =
        bulk
            ? (double) samples.get(0).amount.bytes() / (1 << 30)
            : samples.get(0).amount.operations() / 1e3;
    print(
        "%-44s %7.0f %-5s %12s %7.0f us %7.0f us %18s%n",
        workload.name(),
        median(rates),
        bulk ? "MiB/s" : "/s",
        String.format(Locale.ROOT, "%.0f..%.0f", rates[0], rates[rates.length - 1]),
        median(
            samples.stream().mapToDouble(s -> s.amount.latencies().micros(0.5)).sorted().toArray()),
        median(
            samples.stream()
                .mapToDouble(s -> s.amount.latencies().micros(0.99))
                .sorted()
                .toArray()),
        String.format(
            Locale.ROOT,
            "%.2f+%.2f %s",
            median(samples.stream().mapToDouble(s -> s.clientCpu / per).sorted().toArray()),
            median(samples.stream().mapToDouble(s -> s.serverCpu / per).sorted().toArray()),
            bulk ? "s/GiB" : "s/1000"));
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
  }
}
