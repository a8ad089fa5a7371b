/**
 * The bytes of chunks on the wire: {@code shoal.v1.ChunkService}, both ends. Start with {@link
 * io.shoal.common.transport.ChunkTransport}, the client end, and {@link
 * io.shoal.common.transport.ChunkHandler}, what a storage node puts behind {@link
 * io.shoal.common.transport.ChunkTransportServer}. The interfaces say nothing of gRPC; any gRPC
 * client or server with generated stubs can stand at the other end.
 *
 * <p>The payload of a frame is never parsed or boxed: the marshallers here write a frame's header
 * and hand over its {@code ByteBuf}, and take it out of what the transport received. Whoever
 * <em>takes</em> a frame releases its payload, once; to send one buffer to three nodes, retain it
 * twice.
 *
 * <p>All callbacks of one stream come one after another, on an event loop, and must not block.
 */
@NullMarked
package io.shoal.common.transport;

import org.jspecify.annotations.NullMarked;
