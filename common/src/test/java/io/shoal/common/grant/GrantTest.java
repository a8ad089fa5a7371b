package io.shoal.common.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.proto.v1.Grant;
import io.shoal.proto.v1.GrantBody;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class GrantTest {
  private static final SigningKey OLD = key(1);
  private static final SigningKey NEW = key(2);
  private final GrantVerifier verifier = new GrantVerifier(List.of(OLD, NEW));

  private static SigningKey key(int id) {
    byte[] secret = new byte[SigningKey.SECRET_BYTES];
    new Random(id).nextBytes(secret);
    return new SigningKey(id, secret);
  }

  private static GrantTerms terms(int keyId) {
    return new GrantTerms(
        new ChunkId(-5),
        new SessionId(77),
        List.of(new NodeId(3), new NodeId(1)),
        1_700_000_000_000L,
        16 << 20,
        keyId,
        900_000);
  }

  @Test
  void verify_signedWithEitherKey_returnsTheTerms() {
    assertThat(verifier.verify(new GrantSigner(OLD).sign(terms(1)))).isEqualTo(terms(1));
    assertThat(verifier.verify(new GrantSigner(NEW).sign(terms(2)))).isEqualTo(terms(2));
  }

  @Test
  void verify_afterTheWire_returnsTheTerms() throws Exception {
    byte[] wire = new GrantSigner(NEW).sign(terms(2)).toProto().toByteArray();

    SignedGrant grant = SignedGrant.of(Grant.parseFrom(wire));

    assertThat(verifier.verify(grant)).isEqualTo(terms(2));
    assertThat(grant.terms()).isEqualTo(terms(2));
  }

  /** Rule G4: whatever is changed, the grant is worth nothing. */
  @Test
  void verify_anyBitFlipped_isRefused() {
    Grant grant = new GrantSigner(NEW).sign(terms(2)).toProto();
    byte[] body = grant.getBody().toByteArray();
    for (int bit = 0; bit < body.length * 8; bit++) {
      byte[] flipped = body.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(grant.toBuilder().setBody(ByteString.copyFrom(flipped)).build());
    }
    byte[] mac = grant.getMac().toByteArray();
    for (int bit = 0; bit < mac.length * 8; bit++) {
      byte[] flipped = mac.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(grant.toBuilder().setMac(ByteString.copyFrom(flipped)).build());
    }
  }

  @Test
  void verify_macCutOffOrMissing_isRefused() {
    Grant grant = new GrantSigner(NEW).sign(terms(2)).toProto();

    assertRefused(grant.toBuilder().setMac(grant.getMac().substring(0, 31)).build());
    assertRefused(grant.toBuilder().clearMac().build());
    assertRefused(Grant.getDefaultInstance());
  }

  @Test
  void verify_keyNoLongerValid_isRefused() {
    SignedGrant grant = new GrantSigner(OLD).sign(terms(1));

    ShoalException failure =
        catchThrowableOfType(
            ShoalException.class, () -> new GrantVerifier(List.of(NEW)).verify(grant));

    assertThat(failure.code()).isEqualTo(ErrorCode.GRANT_INVALID);
    assertThat(failure.getMessage())
        .isEqualTo("signed with key 1 (valid at present: [SigningKey[2]])");
  }

  @Test
  void verify_signedButMeaningless_isRefused() {
    GrantBody good = body();
    List<GrantBody> meaningless =
        List.of(
            good.toBuilder().setChunkId(0).build(),
            good.toBuilder().setSessionId(0).build(),
            good.toBuilder().clearNodeIds().build(),
            good.toBuilder().addNodeIds(3).build(),
            good.toBuilder().addNodeIds(0).build(),
            good.toBuilder().setLengthLimitBytes(0).build(),
            good.toBuilder().setLengthLimitBytes(-1).build(),
            good.toBuilder().setLayoutValue(9).build(),
            good.toBuilder().clearLayout().build());
    for (GrantBody body : meaningless) {
      assertRefused(
          Grant.newBuilder()
              .setBody(body.toByteString())
              .setMac(ByteString.copyFrom(NEW.sign(body.toByteArray())))
              .build());
    }
  }

  private static GrantBody body() {
    try {
      return GrantBody.parseFrom(new GrantSigner(NEW).sign(terms(2)).toProto().getBody());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void assertRefused(Grant grant) {
    ShoalException failure =
        catchThrowableOfType(ShoalException.class, () -> verifier.verify(SignedGrant.of(grant)));
    assertThat(failure).as("grant %s", grant).isNotNull();
    assertThat(failure.code()).isEqualTo(ErrorCode.GRANT_INVALID);
  }

  @Test
  void terms_expiry_isTheLastMoment() {
    GrantTerms terms = terms(1);

    assertThat(terms.expiredAt(1_700_000_000_000L)).isFalse();
    assertThat(terms.expiredAt(1_700_000_000_001L)).isTrue();
    terms.requireLiveAt(1_700_000_000_000L);
    assertThat(
            catchThrowableOfType(
                ShoalException.class, () -> terms.requireLiveAt(1_700_000_000_500L)))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.GRANT_EXPIRED))
        .hasMessageContaining("500 ms ago");
  }

  @Test
  void terms_otherNode_isRefused() {
    terms(1).requireNode(new NodeId(3));

    assertThat(
            catchThrowableOfType(ShoalException.class, () -> terms(1).requireNode(new NodeId(2)))
                .code())
        .isEqualTo(ErrorCode.GRANT_INVALID);
  }

  @Test
  void keys_areAtMostTwoAndDistinct() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GrantVerifier(List.of(OLD, NEW, key(3))));
    assertThatIllegalArgumentException().isThrownBy(() -> new GrantVerifier(List.of(OLD, key(1))));
    assertThatIllegalArgumentException().isThrownBy(() -> new SigningKey(1, new byte[31]));
    assertThatIllegalArgumentException().isThrownBy(() -> new GrantSigner(OLD).sign(terms(2)));
  }

  @Test
  void key_text_hidesTheSecret() {
    assertThat(OLD).hasToString("SigningKey[1]");
  }
}
