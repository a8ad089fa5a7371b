package io.shoal.metadata.placement;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node may fail together with: names from the most general one down, for example zone, rack,
 * host. Two nodes share a domain down to the first name in which they differ.
 *
 * @param names empty if nothing is known
 */
record FailureDomain(List<String> names) {
  FailureDomain {
    names = List.copyOf(names);
  }

  /** Reads {@code /zone/rack/host}; empty names are left out. */
  static FailureDomain parse(String path) {
    List<String> names = new ArrayList<>();
    int begin = 0;
    while (begin < path.length()) {
      int slash = path.indexOf('/', begin);
      int end = slash < 0 ? path.length() : slash;
      if (end > begin) {
        names.add(path.substring(begin, end));
      }
      begin = end + 1;
    }
    return new FailureDomain(names);
  }

  /** Returns how many names both have in common, from the most general one down. */
  int sharedWith(FailureDomain other) {
    int most = Math.min(names.size(), other.names.size());
    for (int i = 0; i < most; i++) {
      if (!names.get(i).equals(other.names.get(i))) {
        return i;
      }
    }
    return most;
  }
}
