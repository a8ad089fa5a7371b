/**
 * What all services of a metadata server stand on. Start with {@link
 * io.shoal.metadata.rpc.serving.ServerEnvironment}; {@link
 * io.shoal.metadata.rpc.serving.LeaderGate} says whether requests are served, {@link
 * io.shoal.metadata.rpc.serving.ReadPool} runs queries of the state on threads that may wait for
 * the disk. Everything here is thread-safe.
 */
@NullMarked
package io.shoal.metadata.rpc.serving;

import org.jspecify.annotations.NullMarked;
