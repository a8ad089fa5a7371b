package io.shoal.metadata.rpc;

import io.shoal.proto.v1.ClusterServiceGrpc;

/** The cluster service: the bond with storage nodes, and what clients ask about them. */
final class ClusterRpc extends ClusterServiceGrpc.ClusterServiceImplBase {}
