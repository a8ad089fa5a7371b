package io.shoal.metadata.rpc.namespace;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.metadata.placement.Grants;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.rpc.serving.LeaderGate;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;

/** The namespace service: streams of requests, and single ones through the same handlers. */
public final class NamespaceRpc extends NamespaceServiceGrpc.NamespaceServiceImplBase {
  private final NamespaceHandlers handlers;
  private final Admission admission;
  private final ServiceLimits limits;
  private final FaultHandler faults;

  /**
   * Makes the service.
   *
   * @param gate whether requests are let in
   * @param keys sign and verify grants
   * @param addresses where nodes are, for answers
   */
  public NamespaceRpc(
      ServerEnvironment environment,
      LeaderGate gate,
      ReadPool reads,
      SigningKeys keys,
      Grants grants,
      NodeAddresses addresses,
      ServiceLimits limits) {
    this.handlers =
        new NamespaceHandlers(
            environment.log(),
            gate,
            reads,
            environment.time(),
            new CommandReader(keys),
            new NamespaceReads(addresses),
            new Reservations(environment.log(), reads, grants, addresses));
    this.admission = new Admission(limits);
    this.limits = limits;
    this.faults = environment.faults();
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
    var unused =
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
