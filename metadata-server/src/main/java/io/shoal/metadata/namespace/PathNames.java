package io.shoal.metadata.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a path may be: absolute, names of 1 to 255 bytes of UTF-8 separated by single slashes,
 * neither "." nor ".." nor NUL among them. There is one spelling for each place.
 */
public final class PathNames {
  /** Longest path in bytes. */
  public static final int PATH_LIMIT_BYTES = 4_096;

  /** Longest name in bytes. */
  public static final int NAME_LIMIT_BYTES = 255;

  /** Most names in a path. */
  public static final int DEPTH_LIMIT = 256;

  private PathNames() {}

  /**
   * Splits a path into its names; the root has none.
   *
   * @throws ShoalException INVALID_ARGUMENT or LIMIT_EXCEEDED, naming the part that is wrong
   */
  public static List<String> parse(String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      throw invalid(path, "the path is not absolute (expected: '/' at its begin)");
    }
    int bytes = sizeOf(path, path);
    if (bytes > PATH_LIMIT_BYTES) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          path,
          "the path has " + bytes + " bytes (expected: at most " + PATH_LIMIT_BYTES + ")");
    }
    List<String> names = new ArrayList<>();
    int begin = 1;
    while (begin < path.length()) {
      int slash = path.indexOf('/', begin);
      int end = slash < 0 ? path.length() : slash;
      names.add(checked(path, path.substring(begin, end)));
      if (end == path.length() - 1) {
        throw invalid(path, "the path ends with '/' (expected: a name)");
      }
      begin = end + 1;
    }
    if (names.size() > DEPTH_LIMIT) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          path,
          "the path has " + names.size() + " names (expected: at most " + DEPTH_LIMIT + ")");
    }
    return names;
  }

  private static String checked(String path, String name) {
    if (name.isEmpty()) {
      throw invalid(path, "an empty name stands between two '/' (expected: 1 to 255 bytes)");
    }
    if (name.equals(".") || name.equals("..")) {
      throw invalid(path, "the name \"" + name + "\" is not allowed");
    }
    if (name.indexOf('\0') >= 0) {
      throw invalid(path, "a name contains NUL");
    }
    int bytes = sizeOf(path, name);
    if (bytes > NAME_LIMIT_BYTES) {
      throw invalid(
          path, "the name \"" + name + "\" has " + bytes + " bytes (expected: at most 255)");
    }
    return name;
  }

  private static int sizeOf(String path, String text) {
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    try {
      return encoder.encode(CharBuffer.wrap(text)).remaining();
    } catch (CharacterCodingException e) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, path, "the path is no Unicode text (expected: UTF-8)", e);
    }
  }

  private static ShoalException invalid(String path, String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, path, message);
  }
}
