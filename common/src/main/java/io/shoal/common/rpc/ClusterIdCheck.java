package io.shoal.common.rpc;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.function.Supplier;

/**
 * Keeps a caller from talking to a cluster that it does not mean: an address outlives the server
 * that listened there. Each call may name its cluster in a header; a server of another one refuses
 * it with {@code UNAUTHENTICATED} before anything is read.
 */
final class ClusterIdCheck implements ServerInterceptor {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("shoal-cluster-id", Metadata.ASCII_STRING_MARSHALLER);

  private final Supplier<String> own;

  /**
   * Makes the server's side.
   *
   * @param own the cluster that the server belongs to; empty while it belongs to none
   */
  ClusterIdCheck(Supplier<String> own) {
    this.own = own;
  }

  /** Returns the client's side. */
  static ClientInterceptor naming(String clusterId) {
    Metadata headers = new Metadata();
    headers.put(HEADER, clusterId);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  @Override
  public <Q, T> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, T> call, Metadata headers, ServerCallHandler<Q, T> next) {
    String meant = headers.get(HEADER);
    String actual = own.get();
    if (meant == null || actual.isEmpty() || meant.equals(actual)) {
      return next.startCall(call, headers);
    }
    ShoalException refused =
        new ShoalException(
            ErrorCode.UNAUTHENTICATED,
            "cluster " + actual,
            "another cluster has this address (expected, by the caller: cluster " + meant + ")");
    call.close(RpcErrors.toStatus(refused), RpcErrors.toTrailers(refused));
    return new ServerCall.Listener<>() {};
  }
}
