package io.shoal.client.internal.resources;

import io.shoal.common.flow.Permits;

/**
 * What the client may hold in memory.
 *
 * @param writes bytes that writers hold together, whether in buffers of their own or on their way
 * @param reads bytes that readers hold together, from the request until they are handed out
 */
public record ClientBudgets(Permits writes, Permits reads) {}
