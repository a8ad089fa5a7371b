package io.shoal.metadata.namespace;

import io.shoal.metadata.row.Bytes;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Attributes that a request sets; null leaves one as it is. Sorted, so that equal requests have
 * equal effects byte for byte.
 *
 * @param mode permission bits, 0 to 07777
 * @param setXattrs extended attributes that are added or replaced
 * @param removeXattrs names of those that are removed; one that is not there is no error
 */
public record Attributes(
    @Nullable Integer mode,
    @Nullable String owner,
    @Nullable String group,
    @Nullable Long modifiedAtMillis,
    SortedMap<String, Bytes> setXattrs,
    SortedSet<String> removeXattrs) {
  /** Sets nothing. */
  public static final Attributes NONE =
      new Attributes(null, null, null, null, new TreeMap<>(), new TreeSet<>());

  public Attributes {
    setXattrs = sorted(setXattrs);
    removeXattrs = sorted(removeXattrs);
  }

  /** Most files have none, and every row that is read goes through here. */
  static SortedMap<String, Bytes> sorted(Map<String, Bytes> xattrs) {
    if (xattrs.isEmpty()) {
      return Collections.emptySortedMap();
    }
    return Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
  }

  private static SortedSet<String> sorted(Collection<String> names) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(names));
  }
}
