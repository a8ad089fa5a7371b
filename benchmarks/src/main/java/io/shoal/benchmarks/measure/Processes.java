package io.shoal.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads CPU time and memory of processes from {@code /proc}.
 *
 * @param pids process ids
 */
public record Processes(List<Long> pids) {
  /** The kernel counts in hundredths of a second on every platform that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  /** What makes the kernel forget the largest resident size of a process. */
  private static final String FORGET_PEAK = "5";

  public Processes {
    pids = List.copyOf(pids);
  }

  /** Returns this process alone. */
  public static Processes self() {
    return new Processes(List.of(ProcessHandle.current().pid()));
  }

  /** Returns the CPU seconds that all together have used. */
  public double cpuSeconds() {
    return pids.stream().mapToDouble(pid -> ownSeconds(read(pid, "stat"))).sum();
  }

  /** Returns the CPU seconds of those children of theirs that have ended. */
  public double endedChildrenSeconds() {
    return pids.stream().mapToDouble(pid -> childrenSeconds(read(pid, "stat"))).sum();
  }

  /** Forgets the largest resident sizes so far. */
  public void forgetPeaks() {
    for (long pid : pids) {
      try {
        Files.writeString(file(pid, "clear_refs"), FORGET_PEAK);
      } catch (IOException e) {
        throw new UncheckedIOException("process " + pid + " ended or belongs to another user", e);
      }
    }
  }

  /** Returns the largest resident sizes since they were forgotten, added up, in MiB. */
  public long peakMebibytes() {
    return pids.stream().mapToLong(pid -> number(read(pid, "status"), "VmHWM:") / 1024).sum();
  }

  static double ownSeconds(String stat) {
    return ticks(stat, 11) / TICKS_PER_SECOND;
  }

  static double childrenSeconds(String stat) {
    return ticks(stat, 13) / TICKS_PER_SECOND;
  }

  /** Adds a field and the next: user time and system time stand side by side. */
  private static double ticks(String stat, int field) {
    // The command may contain spaces and parentheses; the fields that follow it do not.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1]);
  }

  static long number(String status, String key) {
    return status
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no line " + key + " in: " + status));
  }

  private static String read(long pid, String name) {
    try {
      return Files.readString(file(pid, name));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " ended, or there is no /proc", e);
    }
  }

  private static Path file(long pid, String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }
}
