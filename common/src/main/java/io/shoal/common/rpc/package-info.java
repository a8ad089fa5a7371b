/**
 * The one place where gRPC channels and servers are made, and where errors take their form on the
 * wire. Start with {@link io.shoal.common.rpc.RpcServers} and {@link
 * io.shoal.common.rpc.RpcChannels}; both run on {@link io.shoal.common.rpc.EventLoops}, which their
 * process owns and closes last. Transport security is decided in {@code RpcSecurity}.
 *
 * <p>Executors are direct on both ends: every callback of a call runs on an event loop and must not
 * block.
 */
@NullMarked
package io.shoal.common.rpc;

import org.jspecify.annotations.NullMarked;
