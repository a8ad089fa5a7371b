package io.shoal.common.config;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be configured. A component declares its keys as constants:
 *
 * <pre>{@code
 * static final Key<Long> WINDOW =
 *     Key.of("write.window", bytes("64KiB", "64MiB"), "8MiB", "Bytes that one stream may have on their way.");
 * }</pre>
 *
 * @param name words of lower-case letters, digits and {@code -}, with {@code .} between them
 * @param type what is allowed
 * @param defaultText the value if none is given, as it would be written; null if one must be given
 * @param doc one or two sentences for whoever edits the file, with the unit where the type does not
 *     say it
 */
public record Key<T>(String name, ValueType<T> type, @Nullable String defaultText, String doc) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");

  public Key {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("name: '" + name + "' (expected: " + NAME + ")");
    }
    if (doc.isBlank()) {
      throw new IllegalArgumentException(
          "doc of " + name + ": '" + doc + "' (expected: a sentence)");
    }
    if (defaultText != null) {
      try {
        Objects.requireNonNull(type.parser().apply(defaultText));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "default of " + name + ": '" + defaultText + "' (expected: " + type.expected() + ")",
            e);
      }
    }
  }

  /** Returns a key with a default. */
  public static <T> Key<T> of(String name, ValueType<T> type, String defaultText, String doc) {
    return new Key<>(name, type, defaultText, doc);
  }

  /** Returns a key without a default: a program does not start until it is given a value. */
  public static <T> Key<T> required(String name, ValueType<T> type, String doc) {
    return new Key<>(name, type, null, doc);
  }

  /** By identity: types hold functions, and a name stands once in a schema. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return name;
  }
}
