package io.shoal.metadata.placement;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantVerifier;
import io.shoal.common.grant.SigningKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's signing keys as the leader knows them. They stand in the replicated state (rule S3)
 * and only a leader's command changes them, so a copy that was taken when the term began, and after
 * each such command, is the truth. Thread-safe.
 */
public final class SigningKeys {
  private record Current(GrantVerifier verifier, GrantSigner signer) {}

  private volatile @Nullable Current current;

  /** Makes it without keys. */
  public SigningKeys() {}

  /**
   * Replaces the keys.
   *
   * @param keys oldest first, at least one: the last one signs
   */
  public void replace(List<SigningKey> keys) {
    current = new Current(new GrantVerifier(keys), new GrantSigner(keys.get(keys.size() - 1)));
  }

  /** Forgets the keys: this server leads no more. */
  public void clear() {
    current = null;
  }

  /**
   * Returns what checks grants.
   *
   * @throws ShoalException UNAVAILABLE while there are no keys
   */
  public GrantVerifier verifier() {
    return require().verifier();
  }

  /**
   * Returns what makes grants.
   *
   * @throws ShoalException UNAVAILABLE while there are no keys
   */
  public GrantSigner signer() {
    return require().signer();
  }

  private Current require() {
    Current keys = current;
    if (keys == null) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "", "this server has no signing keys (expected: a leader's)");
    }
    return keys;
  }
}
