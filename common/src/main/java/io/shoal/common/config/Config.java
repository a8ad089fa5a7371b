package io.shoal.common.config;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of all keys of a {@link ConfigSchema}: from the command line, else from the file, else
 * the default. All of them were read and found allowed before one can be asked for. Immutable.
 */
public final class Config {
  /**
   * A value and where it came from.
   *
   * @param text as written, for logs
   * @param origin {@code conf/node.conf:12}, {@code --set} or {@code default}
   */
  record Value(Object parsed, String text, String origin) {}

  private final Map<Key<?>, Value> values;

  Config(Map<Key<?>, Value> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * Reads the configuration of a program.
   *
   * @param file lines of {@code key = value}, UTF-8; empty for none
   * @param overrides {@code key=value} as given by {@code --set} on the command line; if a key
   *     stands twice, the last counts
   * @throws ShoalException {@link ErrorCode#NOT_FOUND} if there is no such file, {@link
   *     ErrorCode#INVALID_ARGUMENT} with one line for each unknown key, duplicate, malformed line,
   *     value that is not allowed, and required key without a value
   */
  public static Config load(ConfigSchema schema, Optional<Path> file, List<String> overrides) {
    return new ConfigLoader(schema).load(file, overrides);
  }

  /** Returns the value of a key of the schema. */
  public <T> T get(Key<T> key) {
    @SuppressWarnings("unchecked") // Was made by this key's own parser.
    T value = (T) value(key).parsed();
    return value;
  }

  /**
   * Returns where the value of a key came from: {@code conf/node.conf:12}, {@code --set} or {@code
   * default}.
   */
  public String origin(Key<?> key) {
    return value(key).origin();
  }

  /** Returns a line for each key whose value is not the default, sorted, for the log of a start. */
  public List<String> describeChanges() {
    Map<String, String> lines = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          if (!value.origin().equals(ConfigLoader.DEFAULT)) {
            lines.put(key.name(), key.name() + " = " + value.text() + "  (" + value.origin() + ")");
          }
        });
    return List.copyOf(lines.values());
  }

  /**
   * Builds a component's configuration record, whose constructor checks what concerns several keys.
   *
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} with the message of the {@link
   *     IllegalArgumentException} that the constructor throws
   */
  public <R> R build(Function<Config, R> builder) {
    try {
      return builder.apply(this);
    } catch (IllegalArgumentException e) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "configuration", String.valueOf(e.getMessage()), e);
    }
  }

  private Value value(Key<?> key) {
    @Nullable Value value = values.get(key);
    if (value == null) {
      throw new IllegalStateException("key: " + key + " (expected: one of the schema)");
    }
    return value;
  }
}
