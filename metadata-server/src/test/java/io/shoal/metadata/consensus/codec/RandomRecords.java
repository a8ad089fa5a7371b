package io.shoal.metadata.consensus.codec;

import io.shoal.metadata.row.Bytes;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws records of any kind from their components' types, so that a component or a kind that is
 * added is drawn as well without anybody thinking of it.
 */
final class RandomRecords {
  private static final String[] LETTERS = {"a", "/", "é", "\n", "😀", ".", "\0"};

  private final RandomGenerator random;

  RandomRecords(RandomGenerator random) {
    this.random = random;
  }

  /** Returns the records that a sealed interface permits, however deep. */
  static List<Class<?>> leavesOf(Class<?> type) {
    if (!type.isSealed()) {
      return List.of(type);
    }
    List<Class<?>> leaves = new ArrayList<>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      leaves.addAll(leavesOf(permitted));
    }
    return leaves;
  }

  <T> T draw(Class<T> type) {
    return type.cast(drawValue(type));
  }

  private Object drawValue(Class<?> type) {
    if (type == String.class) {
      return text();
    }
    if (type == Bytes.class) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      return Bytes.copyOf(bytes);
    }
    if (type == UUID.class) {
      return new UUID(random.nextLong(), random.nextLong());
    }
    if (type.isEnum()) {
      return pick(List.of(type.getEnumConstants()));
    }
    if (type.isSealed()) {
      return drawValue(pick(leavesOf(type)));
    }
    if (type.isRecord()) {
      return drawRecord(type);
    }
    return drawPrimitive(type);
  }

  private Object drawPrimitive(Class<?> type) {
    if (type == long.class || type == Long.class) {
      return 1 + (random.nextLong() >>> (1 + random.nextInt(63)));
    }
    if (type == int.class || type == Integer.class) {
      return 1 + random.nextInt(Integer.MAX_VALUE);
    }
    if (type == boolean.class) {
      return random.nextBoolean();
    }
    throw new IllegalStateException("no way to draw a " + type);
  }

  private Object drawRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = drawComponent(components[i]);
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no way to make a " + type, e);
    }
  }

  private @Nullable Object drawComponent(RecordComponent component) {
    AnnotatedType annotated = component.getAnnotatedType();
    boolean nullable =
        annotated.isAnnotationPresent(Nullable.class)
            || component.getAccessor().getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
    if (nullable && random.nextBoolean()) {
      return null;
    }
    if (annotated instanceof AnnotatedParameterizedType) {
      return drawCollection((ParameterizedType) component.getGenericType());
    }
    return drawValue(component.getType());
  }

  private Object drawCollection(ParameterizedType type) {
    Class<?> first = (Class<?>) type.getActualTypeArguments()[0];
    int size = random.nextInt(4);
    Type raw = type.getRawType();
    if (raw == List.class) {
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        list.add(drawValue(first));
      }
      return list;
    }
    if (raw == SortedSet.class) {
      SortedSet<String> set = new TreeSet<>();
      for (int i = 0; i < size; i++) {
        set.add(text());
      }
      return set;
    }
    if (raw == SortedMap.class) {
      SortedMap<String, Bytes> map = new TreeMap<>();
      for (int i = 0; i < size; i++) {
        map.put(text(), draw(Bytes.class));
      }
      return map;
    }
    throw new IllegalStateException("no way to draw a " + type);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int size = random.nextInt(6);
    for (int i = 0; i < size; i++) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
