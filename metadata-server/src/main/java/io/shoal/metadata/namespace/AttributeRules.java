package io.shoal.metadata.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.row.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What attributes may be, and how they are set. Failures are INVALID_ARGUMENT, LIMIT_EXCEEDED. */
public final class AttributeRules {
  private static final int MODE_MAX = 07777;
  private static final int NAME_LIMIT_BYTES = 255;
  private static final int XATTR_LIMIT = 256;
  private static final int XATTR_VALUES_LIMIT_BYTES = 64 * 1024;

  private AttributeRules() {}

  /** Returns a status with attributes set. */
  public static FileStatus apply(FileStatus status, Attributes attributes) {
    FileStatus.Ownership old = status.ownership();
    Integer mode = attributes.mode();
    String owner = attributes.owner();
    String group = attributes.group();
    Long modified = attributes.modifiedAtMillis();
    FileStatus.Ownership ownership =
        new FileStatus.Ownership(
            mode == null ? old.mode() : checkMode(mode),
            owner == null ? old.owner() : checkName("owner", owner),
            group == null ? old.group() : checkName("group", group));
    FileStatus.Times times =
        new FileStatus.Times(
            status.times().createdAtMillis(),
            modified == null ? status.times().modifiedAtMillis() : modified);
    return new FileStatus(
        status.inodeId(),
        status.type(),
        status.length(),
        status.generation(),
        ownership,
        times,
        status.policy(),
        xattrs(status, attributes));
  }

  private static SortedMap<String, Bytes> xattrs(FileStatus status, Attributes attributes) {
    SortedMap<String, Bytes> xattrs = new TreeMap<>(status.xattrs());
    for (String removed : attributes.removeXattrs()) {
      xattrs.remove(removed);
    }
    for (Map.Entry<String, Bytes> xattr : attributes.setXattrs().entrySet()) {
      String name = checkName("xattr name", xattr.getKey());
      if (name.isEmpty()) {
        throw invalid("xattr name: empty (expected: 1 to " + NAME_LIMIT_BYTES + " bytes)");
      }
      xattrs.put(name, xattr.getValue());
    }
    if (xattrs.size() > XATTR_LIMIT) {
      throw limit("xattrs: " + xattrs.size() + " (expected: at most " + XATTR_LIMIT + ")");
    }
    long bytes = xattrs.values().stream().mapToLong(Bytes::size).sum();
    if (bytes > XATTR_VALUES_LIMIT_BYTES) {
      throw limit(
          "xattr values: "
              + bytes
              + " bytes together (expected: at most "
              + XATTR_VALUES_LIMIT_BYTES
              + ")");
    }
    return xattrs;
  }

  private static int checkMode(int mode) {
    if (mode < 0 || mode > MODE_MAX) {
      throw invalid("mode: 0" + Integer.toOctalString(mode) + " (expected: 0 to 07777)");
    }
    return mode;
  }

  private static String checkName(String what, String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_LIMIT_BYTES) {
      throw invalid(
          what + ": " + bytes + " bytes (expected: at most " + NAME_LIMIT_BYTES + " bytes)");
    }
    return name;
  }

  private static ShoalException invalid(String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, "", message);
  }

  private static ShoalException limit(String message) {
    return new ShoalException(ErrorCode.LIMIT_EXCEEDED, "", message);
  }
}
