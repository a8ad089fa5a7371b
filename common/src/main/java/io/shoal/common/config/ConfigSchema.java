package io.shoal.common.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All keys of one program, in the order of its template. Immutable. */
public final class ConfigSchema {
  /**
   * Keys that belong together.
   *
   * @param title heading in the template
   */
  public record Section(String title, List<Key<?>> keys) {
    public Section {
      keys = List.copyOf(keys);
    }

    /** Returns a section. */
    public static Section of(String title, Key<?>... keys) {
      return new Section(title, List.of(keys));
    }
  }

  private final String title;
  private final List<Section> sections;
  private final Map<String, Key<?>> keys = new LinkedHashMap<>();

  /**
   * Makes a schema.
   *
   * @param title first line of the template, for example {@code Configuration of a storage node}
   */
  public ConfigSchema(String title, List<Section> sections) {
    this.title = title;
    this.sections = List.copyOf(sections);
    for (Section section : sections) {
      for (Key<?> key : section.keys()) {
        if (keys.putIfAbsent(key.name(), key) != null) {
          throw new IllegalArgumentException("key: " + key + " twice (expected: once in a schema)");
        }
      }
    }
  }

  /**
   * Prints a file in which every key stands with its documentation and its default, commented out:
   * so it means the same as an empty file. Lines end with a newline only, on every system.
   */
  public String template() {
    return new Template(title, sections).print();
  }

  Collection<Key<?>> keys() {
    return keys.values();
  }

  @Nullable Key<?> find(String name) {
    return keys.get(name);
  }

  /**
   * Returns the name of the key that somebody meant who wrote an unknown one, if it is near enough
   * to be a slip.
   */
  Optional<String> nearest(String unknown) {
    int tolerance = Math.max(2, unknown.length() / 3);
    List<Key<?>> candidates = new ArrayList<>(keys.values());
    return candidates.stream()
        .map(Key::name)
        .filter(
            name ->
                EditDistance.between(name, unknown) <= tolerance || name.endsWith("." + unknown))
        .min(Comparator.comparingInt(name -> EditDistance.between(name, unknown)));
  }
}
