package io.shoal.common.config;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loads one configuration: collects every problem before it refuses, so that a file is mended in
 * one go. Used once.
 */
final class ConfigLoader {
  static final String DEFAULT = "default";

  private static final String COMMAND_LINE = "--set";

  /** Far beyond any configuration; another file was named by mistake. */
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final ConfigSchema schema;
  private final Map<Key<?>, Config.Value> values = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  ConfigLoader(ConfigSchema schema) {
    this.schema = schema;
  }

  Config load(Optional<Path> file, List<String> overrides) {
    file.ifPresent(this::readFile);
    overrides.forEach(override -> read(override.strip(), COMMAND_LINE));
    schema.keys().forEach(this::fillIn);
    if (!problems.isEmpty()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "configuration", String.join("\n", problems));
    }
    return new Config(values);
  }

  private void readFile(Path file) {
    int number = 0;
    Map<Key<?>, String> seen = new HashMap<>();
    for (String line : linesOf(file)) {
      number++;
      String origin = file + ":" + number;
      String statement = withoutComment(line);
      if (!statement.isEmpty()) {
        Key<?> key = read(statement, origin);
        String first = key == null ? null : seen.putIfAbsent(key, origin);
        if (first != null) {
          problems.add(
              origin
                  + ": key '"
                  + key
                  + "' again (expected: once; it stands at "
                  + first
                  + " already)");
        }
      }
    }
  }

  /** Reads {@code key = value}; returns the key if it exists. */
  private @Nullable Key<?> read(String statement, String origin) {
    int equals = statement.indexOf('=');
    if (equals < 0) {
      problems.add(origin + ": '" + statement + "' (expected: key = value)");
      return null;
    }
    String name = statement.substring(0, equals).strip();
    Key<?> key = schema.find(name);
    if (key == null) {
      problems.add(origin + ": unknown key '" + name + "'" + hint(name));
      return null;
    }
    parse(key, statement.substring(equals + 1).strip(), origin);
    return key;
  }

  private String hint(String name) {
    return schema.nearest(name).map(nearest -> " (did you mean '" + nearest + "'?)").orElse("");
  }

  private void parse(Key<?> key, String text, String origin) {
    try {
      values.put(key, new Config.Value(key.type().parser().apply(text), text, origin));
    } catch (IllegalArgumentException e) {
      problems.add(
          origin + ": " + key + ": '" + text + "' (expected: " + key.type().expected() + ")");
      values.remove(key);
    }
  }

  private void fillIn(Key<?> key) {
    if (values.containsKey(key)) {
      return;
    }
    String text = key.defaultText();
    if (text != null) {
      parse(key, text, DEFAULT);
    } else if (problems.isEmpty()) {
      problems.add(
          "no value for '"
              + key
              + "' (expected: "
              + key.type().expected()
              + ", in the file or by --set)");
    }
  }

  private static String withoutComment(String line) {
    for (int i = line.indexOf('#'); i >= 0; i = line.indexOf('#', i + 1)) {
      if (i == 0 || Character.isWhitespace(line.charAt(i - 1))) {
        return line.substring(0, i).strip();
      }
    }
    return line.strip();
  }

  private static List<String> linesOf(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw refused(
            ErrorCode.INVALID_ARGUMENT,
            file,
            "size: " + Files.size(file) + " (expected: <= " + MAX_FILE_BYTES + ")",
            null);
      }
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw refused(ErrorCode.NOT_FOUND, file, "no such file (expected: a configuration file)", e);
    } catch (CharacterCodingException e) {
      throw refused(
          ErrorCode.INVALID_ARGUMENT, file, "bytes that are no text (expected: UTF-8)", e);
    } catch (IOException e) {
      throw refused(ErrorCode.INVALID_ARGUMENT, file, "cannot be read: " + e, e);
    }
  }

  private static ShoalException refused(
      ErrorCode code, Path file, String message, @Nullable IOException cause) {
    return new ShoalException(code, file.toString(), message, cause);
  }
}
