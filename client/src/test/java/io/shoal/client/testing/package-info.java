/**
 * A metadata server for the tests of the client: {@link io.shoal.client.testing.FakeMetadataServer}
 * serves a {@link io.shoal.client.testing.FakeNamespace} over real gRPC and misbehaves as told.
 * Everything is thread-safe.
 */
@NullMarked
package io.shoal.client.testing;

import org.jspecify.annotations.NullMarked;
