package io.shoal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.Error;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RpcErrorsTest {
  private static final HostPort PEER = new HostPort("::1", 7400);

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCode_survivesTheWire(ErrorCode code) {
    ShoalException failure = new ShoalException(code, "/a/b", "was 1 (expected: 2)", 250, null);

    ShoalException back = RpcErrors.fromThrowable(RpcErrors.toStatusException(failure), PEER);

    assertThat(back.code()).isEqualTo(code);
    assertThat(back.subject()).isEqualTo("/a/b");
    assertThat(back.getMessage()).isEqualTo("was 1 (expected: 2)");
    assertThat(back.retryAfterMillis()).isEqualTo(250);
    assertThat(RpcErrors.toStatus(failure).isOk()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCode_isTheSameInTheProto(ErrorCode code) {
    Error error = RpcErrors.toProto(new ShoalException(code, "", "x"));

    assertThat(error.getCode().name()).isEqualTo(code.name());
  }

  @Test
  void unknownCode_isInternal() {
    ShoalException failure =
        RpcErrors.fromProto(Error.newBuilder().setCodeValue(9_999).setMessage("new").build());

    assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(failure.getMessage()).isEqualTo("new");
  }

  @Test
  void unreachable_namesPeerAndRoot() {
    Status status =
        Status.UNAVAILABLE
            .withDescription("io exception\nChannel Pipeline: [x]")
            .withCause(
                new RuntimeException(new ConnectException("Connection refused: /[::1]:7400")));

    ShoalException failure = RpcErrors.fromStatus(status, null, PEER);

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.getMessage())
        .isEqualTo("cannot reach [::1]:7400: Connection refused: /[::1]:7400");
    assertThat(failure.subject()).isEqualTo("[::1]:7400");
  }

  @Test
  void deadline_namesPeer() {
    ShoalException failure =
        RpcErrors.fromStatus(
            Status.DEADLINE_EXCEEDED.withDescription("after 1 s"), new Metadata(), PEER);

    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.getMessage()).isEqualTo("no answer from [::1]:7400 in time: after 1 s");
  }

  @Test
  void callDroppedByThePeer_isRetryable() {
    ShoalException failure =
        RpcErrors.fromStatus(Status.CANCELLED.withDescription("RST_STREAM"), new Metadata(), PEER);

    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void callCancelledHere_keepsItsReason() {
    ShoalException reason = new ShoalException(ErrorCode.DEADLINE_EXCEEDED, "x", "no progress");

    assertThat(RpcErrors.fromStatus(Status.CANCELLED.withCause(reason), null, PEER))
        .isSameAs(reason);
  }

  @Test
  void otherThrowables_areUnwrapped() {
    ShoalException inner = new ShoalException(ErrorCode.NOT_FOUND, "/x", "no such path");

    assertThat(RpcErrors.fromThrowable(new CompletionException(inner), PEER)).isSameAs(inner);
    assertThat(RpcErrors.fromThrowable(new IllegalStateException("bug"), PEER).code())
        .isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void longTexts_areCutForTheTrailerAndKeptInTheMessage() {
    String path = "/" + "é".repeat(2_000);
    ShoalException failure = new ShoalException(ErrorCode.NOT_FOUND, path, "😀".repeat(5_000));

    StatusRuntimeException onTheWire = RpcErrors.toStatusException(failure);

    Metadata trailers = RpcErrors.toTrailers(failure);
    Error inTrailer = trailers.get(RpcErrors.TRAILER);
    assertThat(inTrailer).isNotNull();
    assertThat(inTrailer.getSerializedSize()).isLessThan(9_000);
    assertThat(onTheWire.getStatus().getDescription()).hasSizeLessThan(300);
    assertThat(RpcErrors.toProto(failure).getSubject()).isEqualTo(path);
    assertThat(RpcErrors.toProto(failure).getMessage()).hasSizeLessThan(4_200);
  }
}
