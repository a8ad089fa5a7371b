package io.shoal.common.grant;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that grants are signed with: HMAC-SHA256. Its text shows the number only, never the secret.
 */
public final class SigningKey {
  /** Length of the secret and of a signature. */
  public static final int SECRET_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final int id;
  private final byte[] secret;
  private final Mac template;

  /**
   * Makes a key.
   *
   * @param id its number, as the terms of a grant name it
   * @param secret 32 bytes; copied
   */
  public SigningKey(int id, byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "secret: " + secret.length + " bytes (expected: " + SECRET_BYTES + ")");
    }
    this.id = id;
    this.secret = secret.clone();
    this.template = newMac(this.secret);
  }

  /** Returns its number. */
  public int id() {
    return id;
  }

  /** Returns a copy of its secret, for those who store or send it. */
  public byte[] secret() {
    return secret.clone();
  }

  byte[] sign(byte[] body) {
    return freshMac().doFinal(body);
  }

  /** An initialised Mac that is cloned costs a third of one that is looked up. */
  private Mac freshMac() {
    try {
      return (Mac) template.clone();
    } catch (CloneNotSupportedException e) {
      return newMac(secret);
    }
  }

  private static Mac newMac(byte[] secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM lacks " + ALGORITHM, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SigningKey key && id == key.id && Arrays.equals(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return "SigningKey[" + id + "]";
  }
}
