package io.shoal.cli;

import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;

/** How names and figures are shown to a person. */
public final class Names {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private static final char REPLACEMENT = '\uFFFD';

  private Names() {}

  /**
   * Returns a name with control characters escaped, so that it can't move the cursor or fake a
   * line.
   */
  public static String printable(String name) {
    StringBuilder out = null;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean control = Character.isISOControl(c) || c == '\\';
      if (control && out == null) {
        out = new StringBuilder(name.length() + 8).append(name, 0, i);
      }
      if (out != null) {
        appendEscaped(out, c, control);
      }
    }
    return out == null ? name : out.toString();
  }

  /**
   * Tells whether a name came through decoding whole. What is not valid in the locale is replaced
   * on its way to us, and two names that differ there only would be one.
   */
  public static boolean isDecoded(String name) {
    return name.indexOf(REPLACEMENT) < 0;
  }

  /** Returns an owner or a group as a word of its own: {@code -} if there is none. */
  public static String owner(String name) {
    return name.isEmpty() ? "-" : printable(name);
  }

  /** Returns owner and group as one word: {@code -} for neither, no colon without a group. */
  public static String owner(String name, String group) {
    return owner(name) + (group.isEmpty() ? "" : ":" + printable(group));
  }

  private static void appendEscaped(StringBuilder out, char c, boolean control) {
    if (!control) {
      out.append(c);
      return;
    }
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      case '\r' -> out.append("\\r");
      case '\\' -> out.append("\\\\");
      default -> out.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
    }
  }

  /** Returns a number of bytes with a binary unit and at most one decimal: {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** Returns a time in the one or two largest units that it has: {@code 1 h 5 min}. */
  public static String duration(Duration time) {
    if (time.toSeconds() < 60) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
    String least = time.toMinutesPart() + " min";
    return time.toHours() > 0
        ? time.toHours() + " h " + least
        : least + " " + time.toSecondsPart() + " s";
  }

  /** Returns permission bits as {@code ls} shows them, with a leading {@code d} or {@code -}. */
  public static String mode(boolean directory, int mode) {
    StringBuilder out = new StringBuilder(10).append(directory ? 'd' : '-');
    for (int shift = 6; shift >= 0; shift -= 3) {
      int bits = mode >> shift & 7;
      out.append((bits & 4) != 0 ? 'r' : '-');
      out.append((bits & 2) != 0 ? 'w' : '-');
      out.append(executeBit(bits, mode, shift));
    }
    return out.toString();
  }

  private static char executeBit(int bits, int mode, int shift) {
    boolean special = (mode & (shift == 6 ? 04000 : shift == 3 ? 02000 : 01000)) != 0;
    boolean execute = (bits & 1) != 0;
    if (!special) {
      return execute ? 'x' : '-';
    }
    char letter = shift == 0 ? 't' : 's';
    return execute ? letter : Character.toUpperCase(letter);
  }
}
