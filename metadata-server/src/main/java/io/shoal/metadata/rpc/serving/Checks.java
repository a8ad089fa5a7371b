package io.shoal.metadata.rpc.serving;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Refuses fields of requests that are out of range; the messages name field, actual, expected. */
public final class Checks {
  /** Longest name of anything: a client, an owner, an attribute. */
  public static final int NAME_LIMIT_BYTES = 255;

  private Checks() {}

  /** Returns a refusal of a field. */
  public static ShoalException invalid(String field, String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, field, field + ": " + message);
  }

  /** Returns the refusal of a field that is not set. */
  public static ShoalException missing(String field) {
    return invalid(field, "not set (expected: a value)");
  }

  /** Checks a number. */
  public static long within(String field, long actual, long min, long max) {
    if (actual < min || actual > max) {
      throw invalid(field, actual + " (expected: " + min + " to " + max + ")");
    }
    return actual;
  }

  /** Checks a number that is unsigned on the wire, where Java shows large ones as negative. */
  public static int unsigned(String field, int actual, int min, int max) {
    return (int) within(field, Integer.toUnsignedLong(actual), min, max);
  }

  /** Checks a number of 64 bits that is unsigned on the wire. */
  public static long unsigned(String field, long actual) {
    if (actual < 0) {
      throw invalid(
          field, Long.toUnsignedString(actual) + " (expected: 0 to " + Long.MAX_VALUE + ")");
    }
    return actual;
  }

  /** Checks an id, which is any number but 0. */
  public static long id(String field, long actual) {
    if (actual == 0) {
      throw invalid(field, "0 (expected: an id)");
    }
    return actual;
  }

  /** Checks how many there are of something; more than the limit are LIMIT_EXCEEDED. */
  public static int count(String field, int actual, int min, int max) {
    if (actual < min) {
      throw invalid(field, actual + " of them (expected: " + min + " to " + max + ")");
    }
    if (actual > max) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          field,
          field + ": " + actual + " of them (expected: " + min + " to " + max + ")");
    }
    return actual;
  }

  /** Checks a text by the bytes of its UTF-8. */
  public static String text(String field, String actual, int minBytes, int maxBytes) {
    int bytes = actual.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < minBytes || bytes > maxBytes) {
      throw invalid(field, bytes + " bytes (expected: " + minBytes + " to " + maxBytes + " bytes)");
    }
    return actual;
  }

  /** Checks and reads a list of chunks. */
  public static List<ChunkId> chunkIds(List<Long> chunkIds, int max) {
    count("chunk_ids", chunkIds.size(), 1, max);
    List<ChunkId> read = new ArrayList<>(chunkIds.size());
    for (long chunkId : chunkIds) {
      read.add(new ChunkId(id("chunk_ids", chunkId)));
    }
    return read;
  }
}
