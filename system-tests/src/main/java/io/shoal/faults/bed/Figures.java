package io.shoal.faults.bed;

import java.util.HashMap;
import java.util.Map;

/** Figures that a program printed: {@code NAME=NUMBER}, with blanks between them. */
public record Figures(Map<String, Long> values) {
  /** Those of a program that printed none. */
  public static final Figures NONE = new Figures(Map.of());

  /** Reads a line. */
  public static Figures parse(String line) {
    Map<String, Long> values = new HashMap<>();
    for (String word : line.split(" ", -1)) {
      int equals = word.indexOf('=');
      values.put(word.substring(0, equals), Long.valueOf(word.substring(equals + 1)));
    }
    return new Figures(values);
  }

  /** Returns a figure; 0 if it was not printed. */
  public long get(String name) {
    return values.getOrDefault(name, 0L);
  }
}
