package io.shoal.metadata.consensus.raft;

import java.util.EnumSet;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * Closes the port of the log to all but the protocol between peers: Ratis serves its own clients
 * and administrators there as well, who would get past our authorisation.
 */
final class PeersOnly implements GrpcServices.Customizer {
  private static final String PROTOCOL_OF_PEERS = "ratis.grpc.RaftServerProtocolService";

  @Override
  public NettyServerBuilder customize(
      NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
    return builder.intercept(new Guard());
  }

  private static final class Guard implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String service = call.getMethodDescriptor().getServiceName();
      if (PROTOCOL_OF_PEERS.equals(service)) {
        return next.startCall(call, headers);
      }
      call.close(
          Status.PERMISSION_DENIED.withDescription(
              service + " is not served (expected: " + PROTOCOL_OF_PEERS + ")"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }
}
