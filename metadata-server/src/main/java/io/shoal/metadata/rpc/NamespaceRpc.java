package io.shoal.metadata.rpc;

import io.shoal.proto.v1.NamespaceServiceGrpc;

/** The namespace service: streams of requests and single ones. */
final class NamespaceRpc extends NamespaceServiceGrpc.NamespaceServiceImplBase {}
