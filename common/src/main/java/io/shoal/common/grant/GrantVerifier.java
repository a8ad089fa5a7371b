package io.shoal.common.grant;

import io.shoal.common.error.ShoalException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the signature of grants with the keys that are valid at present: at most two, so that keys
 * can be changed.
 */
public final class GrantVerifier {
  /** Most keys that are valid at a time. */
  public static final int KEY_LIMIT = 2;

  private final List<SigningKey> keys;

  /** Makes a verifier; without keys it refuses every grant. */
  public GrantVerifier(List<SigningKey> keys) {
    Set<Integer> ids = new HashSet<>();
    keys.forEach(key -> ids.add(key.id()));
    if (keys.size() > KEY_LIMIT || ids.size() != keys.size()) {
      throw new IllegalArgumentException(
          "keys: " + keys + " (expected: at most " + KEY_LIMIT + ", no number twice)");
    }
    this.keys = List.copyOf(keys);
  }

  /** Returns its keys. */
  public List<SigningKey> keys() {
    return keys;
  }

  /**
   * Returns the terms of a grant whose signature is right. Whether they fit the request, and
   * whether their time has passed, is for the caller to check.
   *
   * @throws ShoalException {@code GRANT_INVALID} otherwise
   */
  public GrantTerms verify(SignedGrant grant) {
    int keyId = GrantCodec.keyId(grant.body());
    @Nullable SigningKey key = keyOf(keyId);
    if (key == null) {
      throw GrantCodec.invalid(
          "signed with key " + keyId + " (valid at present: " + keys + ")", null);
    }
    byte[] expected = key.sign(grant.body().toByteArray());
    if (!MessageDigest.isEqual(expected, grant.mac().toByteArray())) {
      throw GrantCodec.invalid("the signature is wrong", null);
    }
    return GrantCodec.decode(grant.body());
  }

  private @Nullable SigningKey keyOf(int id) {
    for (SigningKey key : keys) {
      if (key.id() == id) {
        return key;
      }
    }
    return null;
  }
}
