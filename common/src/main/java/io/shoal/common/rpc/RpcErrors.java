package io.shoal.common.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.Error;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Errors on the wire. A failure of ours travels as {@code shoal.v1.Error}: in the answer of a
 * pipelined stream, or in the trailer {@code shoal-error-bin} beside the gRPC status that fits
 * best. What has no such trailer comes from gRPC itself or from a server that is not ours; it
 * becomes the code that fits best, with the address of the peer in its message.
 */
public final class RpcErrors {
  /** Carries the error beside the status. */
  static final Metadata.Key<Error> TRAILER =
      Metadata.Key.of("shoal-error-bin", ProtoUtils.metadataMarshaller(Error.getDefaultInstance()));

  /**
   * Status descriptions are escaped on the wire and are for people who look at gRPC; the trailer
   * has the whole text.
   */
  private static final int DESCRIPTION_LIMIT_CHARS = 200;

  /** Of each text in a message; no path is longer. */
  private static final int TEXT_LIMIT_CHARS = 4_096;

  /**
   * Of each text in a trailer: clients in other languages take 16 KiB of metadata, and Base64 and
   * UTF-8 make more of it.
   */
  private static final int TRAILER_TEXT_LIMIT_CHARS = 1_300;

  private RpcErrors() {}

  /** Returns the message of an error. */
  public static Error toProto(ShoalException failure) {
    return toProto(failure, TEXT_LIMIT_CHARS);
  }

  private static Error toProto(ShoalException failure, int limitChars) {
    return Error.newBuilder()
        .setCodeValue(failure.code().number())
        .setMessage(cut(failure.getMessage(), limitChars))
        .setSubject(cut(failure.subject(), limitChars))
        .setRetryAfterMillis(Math.max(0, failure.retryAfterMillis()))
        .build();
  }

  /** Returns the failure that a message tells of. */
  public static ShoalException fromProto(Error error) {
    return new ShoalException(
        ErrorCode.ofNumber(error.getCodeValue()),
        error.getSubject(),
        error.getMessage(),
        Math.max(0, error.getRetryAfterMillis()),
        null);
  }

  /** Returns the gRPC status of a failure, without its trailer. */
  public static Status toStatus(ShoalException failure) {
    return statusCodeOf(failure.code())
        .toStatus()
        .withDescription(cut(failure.toString(), DESCRIPTION_LIMIT_CHARS));
  }

  /** Returns trailers that carry a failure. */
  public static Metadata toTrailers(ShoalException failure) {
    Metadata trailers = new Metadata();
    trailers.put(TRAILER, toProto(failure, TRAILER_TEXT_LIMIT_CHARS));
    return trailers;
  }

  /** Returns what a gRPC service throws, or passes to {@code onError}, to answer with a failure. */
  public static StatusRuntimeException toStatusException(ShoalException failure) {
    return toStatus(failure).asRuntimeException(toTrailers(failure));
  }

  /**
   * Returns the failure behind what a stub threw or a future failed with.
   *
   * @param peer the server that was called
   */
  public static ShoalException fromThrowable(Throwable thrown, HostPort peer) {
    Throwable current = thrown;
    while ((current instanceof CompletionException || current instanceof ExecutionException)
        && current.getCause() != null) {
      current = current.getCause();
    }
    if (current instanceof StatusRuntimeException status) {
      return fromStatus(status.getStatus(), status.getTrailers(), peer);
    }
    if (current instanceof StatusException status) {
      return fromStatus(status.getStatus(), status.getTrailers(), peer);
    }
    return ShoalException.of(current);
  }

  /**
   * Returns the failure that a call ended with.
   *
   * @param status anything but OK
   * @param peer the server that was called
   */
  public static ShoalException fromStatus(
      Status status, @Nullable Metadata trailers, HostPort peer) {
    if (status.getCause() instanceof ShoalException own) {
      // This end cancelled the call, and said why.
      return own;
    }
    @Nullable Error error = trailers == null ? null : trailers.get(TRAILER);
    if (error != null) {
      return fromProto(error);
    }
    return new ShoalException(
        errorCodeOf(status.getCode()), peer.toString(), messageOf(status, peer), status.getCause());
  }

  private static String messageOf(Status status, HostPort peer) {
    String detail = detailOf(status);
    return switch (status.getCode()) {
      case UNAVAILABLE -> "cannot reach " + peer + ": " + detail;
      case CANCELLED -> peer + " dropped the call: " + detail;
      case DEADLINE_EXCEEDED -> "no answer from " + peer + " in time: " + detail;
      default -> peer + " answered: " + detail;
    };
  }

  /** The root of the matter where there is one: gRPC's own words are then only "io exception". */
  private static String detailOf(Status status) {
    @Nullable Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    if (root != null && root.getMessage() != null) {
      return root.getMessage();
    }
    @Nullable String description = status.getDescription();
    return description == null
        ? status.getCode().toString()
        : description.lines().findFirst().orElse("");
  }

  private static ErrorCode errorCodeOf(Status.Code code) {
    return switch (code) {
      case OK -> throw new IllegalArgumentException("status: OK (expected: a failure)");
      // This end would have said why; so the peer dropped the call, as one that dies does.
      case CANCELLED -> ErrorCode.UNAVAILABLE;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_ARGUMENT;
      case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
      case NOT_FOUND -> ErrorCode.NOT_FOUND;
      case ALREADY_EXISTS -> ErrorCode.ALREADY_EXISTS;
      case PERMISSION_DENIED, UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
      case RESOURCE_EXHAUSTED -> ErrorCode.LIMIT_EXCEEDED;
      case UNIMPLEMENTED -> ErrorCode.UNSUPPORTED;
      case UNAVAILABLE -> ErrorCode.UNAVAILABLE;
      case UNKNOWN, FAILED_PRECONDITION, ABORTED, INTERNAL, DATA_LOSS -> ErrorCode.INTERNAL;
    };
  }

  private static Status.Code statusCodeOf(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Status.Code.INVALID_ARGUMENT;
      case NOT_FOUND, CHUNK_UNKNOWN -> Status.Code.NOT_FOUND;
      case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
      case NOT_A_DIRECTORY,
          IS_A_DIRECTORY,
          NOT_EMPTY,
          WOULD_CYCLE,
          GRANT_EXPIRED,
          SESSION_UNKNOWN,
          SEQUENCE_STALE ->
          Status.Code.FAILED_PRECONDITION;
      case STALE_GENERATION, GENERATION_GONE, FENCED -> Status.Code.ABORTED;
      case GRANT_INVALID -> Status.Code.PERMISSION_DENIED;
      case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
      case LIMIT_EXCEEDED, OVERLOADED, NOT_ENOUGH_NODES, OUT_OF_SPACE ->
          Status.Code.RESOURCE_EXHAUSTED;
      case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
      case CANCELLED -> Status.Code.CANCELLED;
      case NOT_LEADER, OUTCOME_UNKNOWN, UNAVAILABLE, VOLUME_FENCED -> Status.Code.UNAVAILABLE;
      case DEADLINE_EXCEEDED -> Status.Code.DEADLINE_EXCEEDED;
      case REPLICA_SHORT -> Status.Code.OUT_OF_RANGE;
      case CHECKSUM_MISMATCH, CHUNK_UNREADABLE -> Status.Code.DATA_LOSS;
      case INTERNAL -> Status.Code.INTERNAL;
    };
  }

  private static String cut(String text, int limitChars) {
    if (text.length() <= limitChars) {
      return text;
    }
    boolean inPair = Character.isHighSurrogate(text.charAt(limitChars - 1));
    return text.substring(0, inPair ? limitChars - 1 : limitChars) + "…";
  }
}
