package io.shoal.metadata.namespace;

/** What must hold of a path for a file to be put there. Rule C3. */
public sealed interface Precondition {
  /** Nothing stands there. */
  record Absent() implements Precondition {}

  /** Nothing or a file stands there; a file is replaced. */
  record Anything() implements Precondition {}

  /** Exactly this content stands there; it is replaced. */
  record Exactly(InodeVersion version) implements Precondition {}

  /** Nothing stands there. */
  Precondition ABSENT = new Absent();

  /** Nothing or a file stands there. */
  Precondition ANYTHING = new Anything();
}
