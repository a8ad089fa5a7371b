package io.shoal.faults.history;

import java.util.OptionalLong;

/** A file as one client alone would see it: its content, or 0 if there is none. */
final class Register {
  static final long ABSENT = 0;

  private Register() {}

  /**
   * Tells what the file is after an operation; empty if its outcome could not have come of it. One
   * whose outcome is not known has its effect here: that it never had is the caller's to try.
   */
  static OptionalLong after(long content, Operation operation) {
    boolean there = content != ABSENT;
    return switch (operation.outcome()) {
      case UNKNOWN -> OptionalLong.of(effect(content, operation));
      case EXISTS -> fits(there && operation.kind() == Operation.Kind.CREATE, content);
      case MISSING -> fits(!there && isForFiles(operation.kind()), content);
      case DONE ->
          switch (operation.kind()) {
            case CREATE -> fits(!there, operation.content());
            case REPLACE -> OptionalLong.of(operation.content());
            case DELETE -> fits(there, ABSENT);
            case READ, LEASE_READ, FOLLOWER_READ ->
                fits(there && content == operation.found(), content);
          };
    };
  }

  private static boolean isForFiles(Operation.Kind kind) {
    return kind == Operation.Kind.DELETE || kind.reads();
  }

  private static OptionalLong fits(boolean fits, long after) {
    return fits ? OptionalLong.of(after) : OptionalLong.empty();
  }

  private static long effect(long content, Operation operation) {
    return switch (operation.kind()) {
      case CREATE -> content == ABSENT ? operation.content() : content;
      case REPLACE -> operation.content();
      case DELETE -> ABSENT;
      case READ, LEASE_READ, FOLLOWER_READ -> content;
    };
  }
}
