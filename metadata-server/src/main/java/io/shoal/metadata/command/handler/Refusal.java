package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;

/** Words for the refusals that several handlers share. */
final class Refusal {
  private Refusal() {}

  static ShoalException invalid(String subject, String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, subject, message);
  }

  static ShoalException limit(String what, long actual, long limit) {
    return new ShoalException(
        ErrorCode.LIMIT_EXCEEDED, "", what + ": " + actual + " (expected: at most " + limit + ")");
  }

  static ShoalException inodeMissing(InodeId inodeId, String why) {
    return new ShoalException(ErrorCode.NOT_FOUND, "inode " + inodeId, why);
  }

  static ShoalException isDirectory(String subject) {
    return new ShoalException(
        ErrorCode.IS_A_DIRECTORY, subject, "is a directory (expected: a file)");
  }
}
