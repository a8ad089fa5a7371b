package io.shoal.storage.io;

import java.io.IOException;

/** The file system is full. An unknown part of what should be written was written. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one that was noticed by something else. */
  public NoSpaceException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Makes one. */
  public NoSpaceException(String message) {
    super(message);
  }
}
