package io.shoal.client.internal.metadata;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Paths in the namespace, checked before they are sent: absolute, of names with 1 to 255 bytes in
 * UTF-8 without {@code /} and NUL, none of them {@code .} or {@code ..}, together at most 4,096
 * bytes. A normal path has no doubled slashes and, except the root, none at its end.
 */
public final class RemotePath {
  /** The root directory. */
  public static final String ROOT = "/";

  private static final int NAME_LIMIT_BYTES = 255;
  private static final int PATH_LIMIT_BYTES = 4_096;

  private RemotePath() {}

  /**
   * Checks a path and takes needless slashes out.
   *
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} if it is none, with the reason
   */
  public static String normalise(String path) {
    if (!path.startsWith(ROOT)) {
      throw invalid(path, "path does not begin with '/' (expected: an absolute path)");
    }
    StringBuilder normal = new StringBuilder(path.length());
    int from = 1;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      if (to > from) {
        String name = path.substring(from, to);
        checkName(path, name);
        normal.append('/').append(name);
      }
      from = to + 1;
    }
    if (utf8Length(path, normal) > PATH_LIMIT_BYTES) {
      throw invalid(
          path,
          "path of "
              + utf8Length(path, normal)
              + " bytes in UTF-8 (expected: at most "
              + PATH_LIMIT_BYTES
              + ")");
    }
    return normal.isEmpty() ? ROOT : normal.toString();
  }

  /**
   * As {@link #normalise}, for something that is to be made, renamed or deleted.
   *
   * @throws ShoalException {@link ErrorCode#INVALID_ARGUMENT} also for the root
   */
  public static String normaliseBelowRoot(String path) {
    String normal = normalise(path);
    if (normal.equals(ROOT)) {
      throw invalid(path, "is the root directory (expected: a path below it)");
    }
    return normal;
  }

  /** Returns the path of an entry of a directory. */
  public static String child(String directory, String name) {
    return directory.equals(ROOT) ? ROOT + name : directory + '/' + name;
  }

  private static void checkName(String path, String name) {
    if (name.equals(".") || name.equals("..")) {
      throw invalid(path, "name '" + name + "' (expected: neither '.' nor '..')");
    }
    if (name.indexOf('\0') >= 0) {
      throw invalid(path.replace('\0', '␀'), "name with a NUL character (expected: none)");
    }
    int bytes = utf8Length(path, name);
    if (bytes > NAME_LIMIT_BYTES) {
      throw invalid(
          path, "name of " + bytes + " bytes in UTF-8 (expected: 1 to " + NAME_LIMIT_BYTES + ")");
    }
  }

  /** Counts, and refuses what has no form in UTF-8: half of a surrogate pair. */
  private static int utf8Length(String path, CharSequence text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      return bytes.remaining();
    } catch (CharacterCodingException e) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          path,
          "path with an unpaired surrogate (expected: text that has a form in UTF-8)",
          e);
    }
  }

  private static ShoalException invalid(String path, String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, path, message);
  }
}
