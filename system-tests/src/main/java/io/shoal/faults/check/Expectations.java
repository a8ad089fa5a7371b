package io.shoal.faults.check;

import io.shoal.faults.workload.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What must be in the system, by the journals: for each path, the states in which it may be. After
 * an acknowledged operation that is one; after one that failed, or whose worker was killed, it is
 * that from before and that from behind.
 */
final class Expectations {
  /**
   * A state of a path.
   *
   * @param seed of the content
   * @param least bytes that the file has; -1 if there is none
   * @param length most bytes that it has, -1 if there is none
   */
  record State(long seed, int least, int length) {
    static final State ABSENT = exactly(0, -1);

    static State exactly(long seed, int length) {
      return new State(seed, length, length);
    }

    boolean allows(long actualLength) {
      return actualLength >= least && actualLength <= length;
    }

    boolean isFile() {
      return length >= 0;
    }
  }

  /** Two names of one file, of which exactly one must be there. */
  record Renamed(String from, String to) {}

  /** An operation between its begin and its end. */
  private record Begun(
      Action action, String path, String other, long seed, int length, List<Integer> flushes) {
    static final Begun UNKNOWN = new Begun(Action.LIST, "?", "", 0, 0, List.of());

    static Begun of(String[] field) {
      return new Begun(
          Action.valueOf(field[2]),
          field[3],
          field[4],
          Long.parseLong(field[5]),
          Integer.parseInt(field[6]),
          new ArrayList<>());
    }
  }

  private final long limitMicros;
  private final Map<String, Set<State>> states = new TreeMap<>();
  private final Set<String> directories = new HashSet<>();
  private final List<Renamed> renamed = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private long acknowledged;
  private long failed;
  private long slowestMicros;
  private final Map<String, Integer> failures = new TreeMap<>();

  /** Expects nothing yet; an operation that takes longer than the limit is a violation. */
  Expectations(long limitMicros) {
    this.limitMicros = limitMicros;
  }

  Map<String, Set<State>> states() {
    return states;
  }

  Set<String> directories() {
    return directories;
  }

  List<Renamed> renamed() {
    return renamed;
  }

  List<String> violations() {
    return violations;
  }

  long acknowledged() {
    return acknowledged;
  }

  long failed() {
    return failed;
  }

  /** Returns the longest time of an operation since the work went on last. */
  long slowestMicros() {
    return slowestMicros;
  }

  /** Returns how often operations failed in which way since the work went on last. */
  Map<String, Integer> failures() {
    return failures;
  }

  /**
   * Reads the journal of a worker.
   *
   * @param killed whether the worker may have left operations without an end
   */
  void read(Path journal, boolean killed) throws IOException {
    Map<String, Begun> begun = new HashMap<>();
    Map<String, Integer> flushed = new HashMap<>();
    Map<String, Integer> codes = new HashMap<>();
    long slowest = 0;
    String name = journal.getFileName() + ": ";
    try (BufferedReader lines = Files.newBufferedReader(journal)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] field = line.split("\t", -1);
        String id = field[1];
        Begun operation = begun.getOrDefault(id, Begun.UNKNOWN);
        switch (field[0]) {
          case "B" -> begun.put(id, Begun.of(field));
          case "b" -> operation.flushes.add(Integer.valueOf(field[2]));
          case "P" -> flushed.put(id, Integer.valueOf(field[2]));
          case "V" -> violations.add(name + operation + ": " + field[2]);
          case "M" -> {
            codes.clear();
            slowest = 0;
          }
          case "A" -> {
            acknowledged++;
            begun.remove(id);
            slowest = Math.max(slowest, checkTime(name, operation, field[2]));
            certainly(operation);
          }
          case "F" -> {
            failed++;
            begun.remove(id);
            codes.merge(operation.action + " " + field[3], 1, Integer::sum);
            slowest = Math.max(slowest, checkTime(name, operation, field[2]));
            if (field[3].equals("INTERNAL")) {
              violations.add(name + operation + ": " + field[4]);
            }
            perhaps(operation, flushed.getOrDefault(id, 0));
          }
          default -> throw new IOException(name + "what is '" + line + "'?");
        }
      }
    }
    slowestMicros = Math.max(slowestMicros, slowest);
    codes.forEach((code, count) -> failures.merge(code, count, Integer::sum));
    begun.forEach(
        (id, operation) -> {
          if (!killed) {
            violations.add(name + "never ended: " + operation);
          }
          perhaps(operation, flushed.getOrDefault(id, 0));
        });
  }

  private long checkTime(String name, Begun operation, String time) {
    long micros = Long.parseLong(time);
    if (micros > limitMicros) {
      violations.add(name + "took " + micros / 1_000 + " ms: " + operation);
    }
    return micros;
  }

  private Set<State> before(String path) {
    return states.getOrDefault(path, Set.of(State.ABSENT));
  }

  private void certainly(Begun operation) {
    State written = State.exactly(operation.seed, operation.length);
    switch (operation.action) {
      case PUT, WRITE, APPEND, TRUNCATE -> states.put(operation.path, Set.of(written));
      case DELETE -> states.put(operation.path, Set.of(State.ABSENT));
      case RENAME -> {
        states.put(operation.other, before(operation.path));
        states.put(operation.path, Set.of(State.ABSENT));
      }
      case MKDIR -> directories.add(operation.path);
      case GET, READ, LIST -> {}
    }
  }

  /**
   * An operation may have taken effect.
   *
   * @param flushed up to where a writer has made the file visible, in bytes; 0 if it has not
   */
  private void perhaps(Begun operation, int flushed) {
    Set<State> possible = new HashSet<>(before(operation.path));
    switch (operation.action) {
      case PUT, TRUNCATE -> possible.add(State.exactly(operation.seed, operation.length));
      case APPEND -> {
        // Chunks are committed as they are complete; where they were cut nobody knows.
        int before = possible.stream().mapToInt(State::least).min().orElse(0);
        possible.add(new State(operation.seed, Math.max(0, before), operation.length));
      }
      case DELETE -> possible.add(State.ABSENT);
      case RENAME -> {
        Set<State> target = new HashSet<>(possible);
        target.add(State.ABSENT);
        states.put(operation.other, target);
        if (possible.stream().allMatch(State::isFile)) {
          renamed.add(new Renamed(operation.path, operation.other));
        }
        possible.add(State.ABSENT);
      }
      case WRITE -> {
        if (flushed > 0) {
          possible.clear();
          possible.add(State.exactly(operation.seed, flushed));
        }
        for (int length : operation.flushes) {
          if (length > flushed) {
            possible.add(State.exactly(operation.seed, length));
          }
        }
      }
      case MKDIR, GET, READ, LIST -> {
        return;
      }
    }
    states.put(operation.path, possible);
  }

  /** Notes what an earlier check has found where several states were possible: it must stay so. */
  void observed(Path journal) throws IOException {
    if (!Files.exists(journal)) {
      return;
    }
    for (String line : Files.readAllLines(journal)) {
      String[] field = line.split("\t", -1);
      State state = State.exactly(Long.parseLong(field[1]), Integer.parseInt(field[2]));
      states.put(field[0], Set.of(state));
    }
  }
}
