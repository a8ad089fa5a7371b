package io.shoal.metadata.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;

/** The namespace service: streams of requests, and single ones through the same handlers. */
final class NamespaceRpc extends NamespaceServiceGrpc.NamespaceServiceImplBase {
  private final NamespaceHandlers handlers;
  private final Admission admission;
  private final ServiceLimits limits;
  private final FaultHandler faults;

  NamespaceRpc(
      NamespaceHandlers handlers, Admission admission, ServiceLimits limits, FaultHandler faults) {
    this.handlers = handlers;
    this.admission = admission;
    this.limits = limits;
    this.faults = faults;
  }

  @Override
  public StreamObserver<NamespaceRequest> pipeline(StreamObserver<NamespaceReply> client) {
    PipelineStream stream =
        new PipelineStream(
            (ServerCallStreamObserver<NamespaceReply>) client, handlers, admission, limits, faults);
    stream.begin();
    return stream;
  }

  @Override
  public void call(NamespaceRequest request, StreamObserver<NamespaceReply> client) {
    ServerCallStreamObserver<NamespaceReply> call =
        (ServerCallStreamObserver<NamespaceReply>) client;
    // With a handler set, an answer to a call that was cancelled is dropped instead of thrown.
    call.setOnCancelHandler(() -> {});
    Permit permit;
    try {
      permit = admission.admit(Admission.costOf(request));
    } catch (ShoalException overloaded) {
      client.onError(RpcErrors.toStatusException(overloaded));
      return;
    }
    handlers
        .handle(request)
        .thenAccept(
            reply -> {
              permit.release();
              answer(reply, client);
            });
  }

  private static void answer(NamespaceReply reply, StreamObserver<NamespaceReply> client) {
    if (reply.hasError()) {
      client.onError(RpcErrors.toStatusException(RpcErrors.fromProto(reply.getError())));
    } else {
      client.onNext(reply);
      client.onCompleted();
    }
  }
}
