package io.shoal.common.grant;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.proto.v1.GrantBody;
import io.shoal.proto.v1.Layout;
import org.jspecify.annotations.Nullable;

/** Terms to bytes and back. */
final class GrantCodec {
  /** Nothing legitimate comes near it. */
  private static final int BODY_LIMIT_BYTES = 4_096;

  private GrantCodec() {}

  static ByteString encode(GrantTerms terms) {
    GrantBody.Builder body =
        GrantBody.newBuilder()
            .setChunkId(terms.chunkId().value())
            .setSessionId(terms.sessionId().value())
            .setExpiresAtMillis(terms.expiresAtMillis())
            .setLengthLimitBytes(terms.lengthLimitBytes())
            .setKeyId(terms.keyId())
            .setLayout(Layout.LAYOUT_REPLICATED)
            .setLifetimeMillis(terms.lifetimeMillis());
    terms.nodeIds().forEach(node -> body.addNodeIds(node.value()));
    return body.build().toByteString();
  }

  static GrantTerms decode(ByteString bytes) {
    GrantBody body = parse(bytes);
    if (body.getLayout() != Layout.LAYOUT_REPLICATED) {
      throw invalid(
          "layout " + body.getLayoutValue() + " (expected: " + Layout.LAYOUT_REPLICATED_VALUE + ")",
          null);
    }
    try {
      return new GrantTerms(
          new ChunkId(body.getChunkId()),
          new SessionId(body.getSessionId()),
          body.getNodeIdsList().stream().map(NodeId::new).toList(),
          body.getExpiresAtMillis(),
          body.getLengthLimitBytes(),
          body.getKeyId(),
          body.getLifetimeMillis());
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads only which key signed it. */
  static int keyId(ByteString bytes) {
    return parse(bytes).getKeyId();
  }

  private static GrantBody parse(ByteString bytes) {
    if (bytes.size() > BODY_LIMIT_BYTES) {
      throw invalid(
          "body of " + bytes.size() + " bytes (expected: <= " + BODY_LIMIT_BYTES + ")", null);
    }
    try {
      return GrantBody.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw invalid("body is no GrantBody: " + e.getMessage(), e);
    }
  }

  static ShoalException invalid(String message, @Nullable Throwable cause) {
    return new ShoalException(ErrorCode.GRANT_INVALID, "", message, cause);
  }
}
