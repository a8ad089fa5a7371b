package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;

/**
 * A message on the wire. What arrives may be malformed; that is a value and no exception, because
 * an exception within a marshaller ends the call without telling the peer why.
 */
sealed interface Envelope<T> {
  record Whole<T>(T message) implements Envelope<T> {}

  record Malformed<T>(ShoalException failure) implements Envelope<T> {}
}
