package io.shoal.client.internal;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Unpredictable numbers, so that the nonces of two clients never meet. Made when the first one is
 * drawn: a client that only reads never needs it, and it takes a while to start.
 */
final class LazySecureRandom implements RandomGenerator {
  @Override
  public long nextLong() {
    return Holder.RANDOM.nextLong();
  }

  private static final class Holder {
    private static final SecureRandom RANDOM = new SecureRandom();
  }
}
