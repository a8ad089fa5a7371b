/**
 * The services of a metadata server as clients and storage nodes see them: decode, check, hand over
 * to log or state, encode. Start with {@link io.shoal.metadata.rpc.MetadataServices}, which wires
 * them; {@code NamespaceHandlers} is where a request becomes a command or a query. Generated
 * protobuf classes are seen here and nowhere behind. A stream is owned by its serial executor,
 * event loops never touch the state: queries run on the threads of {@code ReadPool}.
 */
@NullMarked
package io.shoal.metadata.rpc;

import org.jspecify.annotations.NullMarked;
