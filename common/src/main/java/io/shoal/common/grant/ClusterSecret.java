package io.shoal.common.grant;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the servers of one cluster share, and by which a storage node proves that it belongs to it.
 * Its text shows nothing of it. Immutable.
 */
public final class ClusterSecret {
  private static final String ALGORITHM = "HmacSHA256";

  /** Shorter ones can be guessed. */
  private static final int LEAST_CHARS = 16;

  private static final int MOST_CHARS = 4_096;

  private final SecretKeySpec key;

  private ClusterSecret(String text) {
    this.key = new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /**
   * Makes a secret of a text. Blanks and line ends around it don't count; its bytes in UTF-8 are
   * the key.
   *
   * @throws IllegalArgumentException if it has fewer than 16 or more than 4,096 characters
   */
  public static ClusterSecret of(String text) {
    String stripped = text.strip();
    if (stripped.length() < LEAST_CHARS || stripped.length() > MOST_CHARS) {
      throw new IllegalArgumentException(
          "secret: %d characters (expected: %d to %d)"
              .formatted(stripped.length(), LEAST_CHARS, MOST_CHARS));
    }
    return new ClusterSecret(stripped);
  }

  /**
   * Reads a secret from a file of text.
   *
   * @throws ShoalException {@code NOT_FOUND} or {@code INVALID_ARGUMENT} if the file has none
   */
  public static ClusterSecret read(Path file) {
    try {
      return of(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ShoalException(
          ErrorCode.NOT_FOUND, file.toString(), "no such file (expected: the cluster's secret)", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          file.toString(),
          "can't be used as the cluster's secret: " + e.getMessage(),
          e);
    }
  }

  /**
   * Returns the proof of a node that registers, as {@code shoal.v1.RegisterNode.proof} wants it.
   *
   * @param nonce what the server challenged the node with
   */
  public byte[] proof(byte[] nonce, byte[] nodeUuid, String host, int port) {
    Mac mac = newMac();
    mac.update(nonce);
    mac.update(nodeUuid);
    mac.update(host.getBytes(StandardCharsets.UTF_8));
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(port).array());
    return mac.doFinal();
  }

  /** Tells whether a proof is right, in a time that tells nothing of how wrong it is. */
  public boolean proves(byte[] proof, byte[] nonce, byte[] nodeUuid, String host, int port) {
    return MessageDigest.isEqual(proof, proof(nonce, nodeUuid, host, port));
  }

  /** Returns the proof of a server that asks another one for something, under its challenge. */
  public byte[] proof(byte[] nonce, String purpose) {
    Mac mac = newMac();
    mac.update(nonce);
    mac.update(purpose.getBytes(StandardCharsets.US_ASCII));
    return mac.doFinal();
  }

  /** Tells whether such a proof is right, in a time that tells nothing of how wrong it is. */
  public boolean proves(byte[] proof, byte[] nonce, String purpose) {
    return MessageDigest.isEqual(proof, proof(nonce, purpose));
  }

  private Mac newMac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM lacks " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "ClusterSecret[...]";
  }
}
