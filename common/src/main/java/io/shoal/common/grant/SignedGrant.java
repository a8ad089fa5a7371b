package io.shoal.common.grant;

import com.google.protobuf.ByteString;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.Grant;

/**
 * A grant as it travels: the bytes that were signed, and the signature. Equal if both are. Whether
 * the signature is right is for {@link GrantVerifier} to say.
 */
public final class SignedGrant {
  private final ByteString body;
  private final ByteString mac;

  SignedGrant(ByteString body, ByteString mac) {
    this.body = body;
    this.mac = mac;
  }

  /** Takes a grant from a message. */
  public static SignedGrant of(Grant grant) {
    return new SignedGrant(grant.getBody(), grant.getMac());
  }

  /** Returns the message that carries the grant. */
  public Grant toProto() {
    return Grant.newBuilder().setBody(body).setMac(mac).build();
  }

  /**
   * Reads the terms without looking at the signature: for a client, which has the grant from the
   * metadata server itself.
   *
   * @throws ShoalException {@code GRANT_INVALID} if the body is malformed
   */
  public GrantTerms terms() {
    return GrantCodec.decode(body);
  }

  ByteString body() {
    return body;
  }

  ByteString mac() {
    return mac;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignedGrant grant && body.equals(grant.body) && mac.equals(grant.mac);
  }

  @Override
  public int hashCode() {
    return 31 * body.hashCode() + mac.hashCode();
  }

  @Override
  public String toString() {
    return "SignedGrant[" + body.size() + " bytes]";
  }
}
