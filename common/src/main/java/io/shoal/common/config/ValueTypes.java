package io.shoal.common.config;

import io.shoal.common.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The types of values that configuration files can have. Made to be imported statically. */
public final class ValueTypes {
  private ValueTypes() {}

  /** Returns the type of a whole number between two bounds, both allowed. */
  public static ValueType<Integer> integer(int min, int max) {
    return new ValueType<>(
        "a whole number from " + min + " to " + max,
        text -> within(Integer.parseInt(text), min, max));
  }

  /**
   * Returns the type of a number of bytes: a whole number, alone or with KiB, MiB, GiB or TiB.
   *
   * @param min least value, itself written as one
   * @param max greatest value, itself written as one
   */
  public static ValueType<Long> bytes(String min, String max) {
    long least = Units.parseBytes(min);
    long most = Units.parseBytes(max);
    return new ValueType<>(
        "a size such as 64KiB, 16MiB or 2GiB, from " + min + " to " + max,
        text -> within(Units.parseBytes(text), least, most));
  }

  /**
   * Returns the type of a span of time: a whole number with ms, s, m, h or d; or 0.
   *
   * @param min least value, itself written as one
   * @param max greatest value, itself written as one
   */
  public static ValueType<Duration> duration(String min, String max) {
    Duration least = Units.parseDuration(min);
    Duration most = Units.parseDuration(max);
    return new ValueType<>(
        "a time such as 500ms, 30s, 15m, 2h or 1d, from " + min + " to " + max,
        text -> within(Units.parseDuration(text), least, most));
  }

  /** Returns the type of a share between two bounds, written as {@code 0.05} or {@code 5%}. */
  public static ValueType<Double> ratio(double min, double max) {
    return new ValueType<>(
        "a ratio such as 0.05 or 5%, from " + min + " to " + max,
        text -> within(Units.parseRatio(text), min, max));
  }

  /** Returns the type of {@code true} and {@code false}. */
  public static ValueType<Boolean> bool() {
    return new ValueType<>(
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException();
            });
  }

  /** Returns the type of any text, the empty one included. */
  public static ValueType<String> string() {
    return new ValueType<>("a text", text -> text);
  }

  /** Returns the type of a text that is not empty. */
  public static ValueType<String> nonEmptyString() {
    return new ValueType<>("a text that is not empty", ValueTypes::requireText);
  }

  /**
   * Returns the type of a path of the local file system; a relative one starts at the directory of
   * the process.
   */
  public static ValueType<Path> path() {
    return new ValueType<>("a path", text -> Path.of(requireText(text)));
  }

  /** Returns the type of {@code host:port} or {@code [address]:port}. */
  public static ValueType<HostPort> hostPort() {
    return new ValueType<>("host:port or [address]:port", HostPort::parse);
  }

  /**
   * Returns the type of one of a few words: the names of an enum's constants in lower case, with
   * {@code -} for {@code _}.
   */
  public static <E extends Enum<E>> ValueType<E> oneOf(Class<E> constants) {
    List<E> all = List.of(constants.getEnumConstants());
    String words = all.stream().map(ValueTypes::word).collect(Collectors.joining(", "));
    return new ValueType<>(
        "one of " + words,
        text ->
            all.stream()
                .filter(constant -> word(constant).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new));
  }

  /**
   * Returns the type of a list: values with commas between them; the empty text is the empty list.
   */
  public static <T> ValueType<List<T>> listOf(ValueType<T> element) {
    return new ValueType<>(
        "a list with commas, each " + element.expected(),
        text -> parseList(text, element.parser()));
  }

  /** Returns the type of a list that is not empty. */
  public static <T> ValueType<List<T>> nonEmptyListOf(ValueType<T> element) {
    return new ValueType<>(
        "a list with commas that is not empty, each " + element.expected(),
        text -> parseList(requireText(text), element.parser()));
  }

  /** Returns the type of a value that may be left empty. */
  public static <T> ValueType<Optional<T>> optional(ValueType<T> value) {
    return new ValueType<>(
        "nothing, or " + value.expected(),
        text -> text.isEmpty() ? Optional.empty() : Optional.of(value.parser().apply(text)));
  }

  private static <T> List<T> parseList(String text, Function<String, T> element) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<T> values = new ArrayList<>();
    for (String part : Arrays.asList(text.split(",", -1))) {
      values.add(element.apply(requireText(part.strip())));
    }
    return List.copyOf(values);
  }

  private static String requireText(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException();
    }
    return text;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <T extends Comparable<T>> T within(T value, T min, T max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException();
    }
    return value;
  }
}
