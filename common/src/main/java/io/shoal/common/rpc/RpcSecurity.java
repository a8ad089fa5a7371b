package io.shoal.common.rpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;

/** Decides how connections are secured, for all servers and channels: at present not at all. */
final class RpcSecurity {
  private RpcSecurity() {}

  static ServerCredentials serverCredentials() {
    return InsecureServerCredentials.create();
  }

  static ChannelCredentials channelCredentials() {
    return InsecureChannelCredentials.create();
  }
}
