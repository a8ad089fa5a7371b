package io.shoal.common.config;

import java.time.Duration;

/**
 * Reads numbers with units. Every method throws {@link IllegalArgumentException} for anything else.
 */
final class Units {
  private Units() {}

  static long parseBytes(String text) {
    int shift = shiftOf(text);
    long number = parseNumber(shift == 0 ? text : text.substring(0, text.length() - 3));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException();
    }
    return number << shift;
  }

  private static int shiftOf(String text) {
    if (text.endsWith("KiB")) {
      return 10;
    }
    if (text.endsWith("MiB")) {
      return 20;
    }
    if (text.endsWith("GiB")) {
      return 30;
    }
    return text.endsWith("TiB") ? 40 : 0;
  }

  static Duration parseDuration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.endsWith("ms")) {
      return Duration.ofMillis(parseNumber(text.substring(0, text.length() - 2)));
    }
    long number = parseNumber(text.isEmpty() ? text : text.substring(0, text.length() - 1));
    try {
      return switch (text.charAt(text.length() - 1)) {
        case 's' -> Duration.ofSeconds(number);
        case 'm' -> Duration.ofMinutes(number);
        case 'h' -> Duration.ofHours(number);
        case 'd' -> Duration.ofDays(number);
        default -> throw new IllegalArgumentException();
      };
    } catch (ArithmeticException tooLong) {
      throw new IllegalArgumentException(tooLong);
    }
  }

  static double parseRatio(String text) {
    boolean percent = text.endsWith("%");
    String digits = percent ? text.substring(0, text.length() - 1) : text;
    if (!digits.matches("\\d+(\\.\\d+)?")) {
      throw new IllegalArgumentException();
    }
    return percent ? Double.parseDouble(digits) / 100 : Double.parseDouble(digits);
  }

  /** Digits, and blanks before the unit; no sign. */
  private static long parseNumber(String text) {
    String digits = text.stripTrailing();
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException();
    }
    return Long.parseLong(digits);
  }
}
