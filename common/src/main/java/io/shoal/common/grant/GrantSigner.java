package io.shoal.common.grant;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** Makes grants, with one key. Thread-safe. */
public final class GrantSigner {
  private final SigningKey key;

  /** Makes a signer. */
  public GrantSigner(SigningKey key) {
    this.key = key;
  }

  /** Returns the number of its key, which the terms that it signs must name. */
  public int keyId() {
    return key.id();
  }

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the terms name another key
   */
  public SignedGrant sign(GrantTerms terms) {
    if (terms.keyId() != key.id()) {
      throw new IllegalArgumentException(
          "key of the terms: " + terms.keyId() + " (expected: " + key.id() + ")");
    }
    ByteString body = GrantCodec.encode(terms);
    return new SignedGrant(body, UnsafeByteOperations.unsafeWrap(key.sign(body.toByteArray())));
  }
}
