package io.shoal.faults.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Tells whether operations that were done at the same time could have been done one after the
 * other, each between its begin and its end, with the same outcomes. Files do not depend on each
 * other, so each is judged by itself.
 *
 * <p>The search is Wing's and Gong's, with Lowe's memory of what was tried: a configuration is
 * which operations had their effect and what the file is then. Where no operation is under way the
 * history is cut, and only the contents that the file may have there are carried on.
 *
 * <p>Sources: Wing and Gong, "Testing and verifying concurrent objects", 1993; Lowe, "Testing for
 * linearizability", 2017.
 */
public final class Linearizability {
  /** What was tried, and what the file is then. */
  private record Configuration(BitSet done, long content) {}

  private Linearizability() {}

  /**
   * Looks for what could not have been.
   *
   * @param operations in any order
   * @return one text for each file that is violated
   */
  public static List<String> violations(List<Operation> operations) {
    Map<Integer, List<Operation>> byFile =
        operations.stream()
            .collect(Collectors.groupingBy(Operation::file, TreeMap::new, Collectors.toList()));
    List<String> violations = new ArrayList<>();
    byFile.forEach(
        (file, all) -> violationOf(all).ifPresent(text -> violations.add("file " + file + text)));
    return violations;
  }

  private static Optional<String> violationOf(List<Operation> operations) {
    List<Operation> sorted = new ArrayList<>(operations);
    sorted.sort(Comparator.comparingLong(Operation::beginNanos));
    Set<Long> contents = Set.of(Register.ABSENT);
    for (int begin = 0; begin < sorted.size(); ) {
      int end = cutAfter(sorted, begin);
      List<Operation> part = sorted.subList(begin, end);
      Set<Long> after = contentsAfter(part, contents);
      if (after.isEmpty()) {
        return Optional.of(
            ": no order explains what was found from contents "
                + contents
                + ":\n"
                + part.stream().map(Operation::toString).collect(Collectors.joining("\n")));
      }
      contents = after;
      begin = end;
    }
    return Optional.empty();
  }

  /** Returns the first index behind which nothing is under way that began before. */
  private static int cutAfter(List<Operation> sorted, int begin) {
    long end = sorted.get(begin).endNanos();
    int next = begin + 1;
    while (next < sorted.size() && sorted.get(next).beginNanos() <= end) {
      end = Math.max(end, sorted.get(next).endNanos());
      next++;
    }
    return next;
  }

  /** Returns what the file may be after all operations, if it was one of some contents before. */
  private static Set<Long> contentsAfter(List<Operation> operations, Set<Long> before) {
    Set<Long> after = new HashSet<>();
    Set<Configuration> tried = new HashSet<>();
    Deque<Configuration> open = new ArrayDeque<>();
    for (long content : before) {
      open.add(new Configuration(new BitSet(), content));
    }
    while (!open.isEmpty()) {
      Configuration configuration = open.pop();
      if (!tried.add(configuration)) {
        continue;
      }
      long limit = firstEnd(operations, configuration.done());
      if (limit == Operation.NEVER) {
        // What is left may never have been.
        after.add(configuration.content());
      }
      for (int i = 0; i < operations.size(); i++) {
        Operation operation = operations.get(i);
        if (operation.beginNanos() > limit) {
          break;
        }
        if (configuration.done().get(i)) {
          continue;
        }
        OptionalLong content = Register.after(configuration.content(), operation);
        if (content.isPresent()) {
          BitSet done = (BitSet) configuration.done().clone();
          done.set(i);
          open.push(new Configuration(done, content.getAsLong()));
        }
      }
    }
    return after;
  }

  /**
   * Returns when the first of those ends that had no effect yet: all others of them began before.
   */
  private static long firstEnd(List<Operation> operations, BitSet done) {
    long first = Operation.NEVER;
    for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
      first = Math.min(first, operations.get(i).endNanos());
    }
    return first;
  }
}
