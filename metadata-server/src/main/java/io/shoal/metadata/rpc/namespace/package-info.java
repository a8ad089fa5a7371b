/**
 * The namespace service. Start with {@link io.shoal.metadata.rpc.namespace.NamespaceRpc}: a stream
 * of requests is a {@code PipelineStream}, owned by its serial executor; {@code NamespaceHandlers}
 * is where a request becomes a command or a query, whichever way it came in. What ends in {@code
 * Reader} checks and decodes messages, what ends in {@code Writer} makes them.
 */
@NullMarked
package io.shoal.metadata.rpc.namespace;

import org.jspecify.annotations.NullMarked;
