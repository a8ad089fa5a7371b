package io.shoal.common.transport;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;

/** Bytes from the wire are not what they should be. Stays within the marshallers. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    super(message, null, false, false);
  }

  <T> Envelope<T> toEnvelope(String what) {
    return new Envelope.Malformed<>(
        new ShoalException(
            ErrorCode.INVALID_ARGUMENT, "", "malformed " + what + ": " + getMessage()));
  }
}
