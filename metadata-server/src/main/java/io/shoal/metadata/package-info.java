/**
 * The metadata server as a process. Start with {@link io.shoal.metadata.MetadataServer}, which
 * wires the parts and decides nothing else; {@link io.shoal.metadata.MetadataServerMain} is its
 * command line. The parts: {@code rpc} answers clients and storage nodes, {@code consensus} puts
 * commands into the log, {@code command} applies them, {@code store} keeps the state.
 */
@NullMarked
package io.shoal.metadata;

import org.jspecify.annotations.NullMarked;
