package io.shoal.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads CPU time and memory of processes from {@code /proc}.
 *
 * @param servers process ids of the servers
 */
record Cpu(List<Long> servers) {
  /** The kernel counts in hundredths of a second on every platform that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  Cpu {
    servers = List.copyOf(servers);
  }

  /** Returns the CPU seconds that this process has used. */
  double clientSeconds() {
    return seconds(ProcessHandle.current().pid());
  }

  /** Returns the CPU seconds that all servers together have used. */
  double serverSeconds() {
    return servers.stream().mapToDouble(Cpu::seconds).sum();
  }

  /** Returns the largest resident size of any server since it started, in MiB. */
  long serverPeakMebibytes() {
    return servers.stream().mapToLong(pid -> status(pid, "VmHWM:") / 1024).max().orElse(0);
  }

  private static double seconds(long pid) {
    String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
    // The command may contain spaces; the fields that follow it do not.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private static long status(long pid, String key) {
    return read(Path.of("/proc", Long.toString(pid), "status"))
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("process ended or /proc is missing: " + file, e);
    }
  }
}
