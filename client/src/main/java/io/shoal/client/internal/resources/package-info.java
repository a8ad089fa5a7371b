/**
 * What all parts of a client share: {@link io.shoal.client.internal.resources.ClientResources},
 * made and closed by {@code ClientRuntime}. Nobody else starts threads or keeps budgets.
 */
@NullMarked
package io.shoal.client.internal.resources;

import org.jspecify.annotations.NullMarked;
