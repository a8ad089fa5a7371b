package io.shoal.faults.matrix;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One kind of fault.
 *
 * @param name without blanks
 * @param description what happens
 * @param failures what clients may notice
 * @param disturbance does it, from the first fault until everything is as it was
 */
public record Row(String name, String description, Failures failures, Disturbance disturbance) {
  /** How operations of clients may fail, in time and typed as they always must. */
  public enum Failures {
    /** Not at all: what is disturbed is one node, its line or its disks, or it passes soon. */
    NONE("[^{},]+"),
    /** For want of nodes to write to. */
    NO_NODES("[^{},]+(?<!NOT_ENOUGH_NODES)=[0-9]+"),
    /** In any way. */
    TYPED("(?!)");

    private final Pattern unexpected;

    Failures(String unexpected) {
      this.unexpected = Pattern.compile(unexpected);
    }

    /**
     * Finds those that must not be.
     *
     * @param failures as the checker prints them: {@code {PUT UNAVAILABLE=2, ...}}
     */
    List<String> among(String failures) {
      return unexpected.matcher(failures).results().map(found -> found.group().strip()).toList();
    }
  }

  /** What a row does to the cluster. */
  @FunctionalInterface
  public interface Disturbance {
    /** Injects faults, waits, and takes them back. */
    void run(Stage stage) throws Exception;
  }
}
