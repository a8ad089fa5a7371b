package io.shoal.metadata.store;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A value for each table. */
final class PerTable<V> {
  private final Map<Table, V> values;

  private PerTable(Map<Table, V> values) {
    this.values = values;
  }

  static <V> PerTable<V> of(Function<Table, V> initial) {
    Map<Table, V> values = new EnumMap<>(Table.class);
    for (Table table : Table.values()) {
      values.put(table, initial.apply(table));
    }
    return new PerTable<>(values);
  }

  V get(Table table) {
    return Objects.requireNonNull(values.get(table));
  }

  void set(Table table, V value) {
    values.put(table, value);
  }

  void forEach(BiConsumer<Table, V> action) {
    values.forEach(action);
  }

  PerTable<V> copy() {
    return new PerTable<>(new EnumMap<>(values));
  }
}
