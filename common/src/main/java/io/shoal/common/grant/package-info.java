/**
 * What is signed within a cluster. Grants: expiring permissions to write one new chunk to named
 * nodes (rule G4). The metadata server signs with {@link io.shoal.common.grant.GrantSigner}, a
 * storage node checks with {@link io.shoal.common.grant.GrantVerifier}, a client only reads the
 * terms; what is signed are the bytes of {@code shoal.v1.GrantBody} as they travel, and {@code
 * GrantCodec} alone knows that message. And the {@link io.shoal.common.grant.ClusterSecret}, by
 * which a node proves that it belongs to the cluster. Everything here is immutable and thread-safe.
 */
@NullMarked
package io.shoal.common.grant;

import org.jspecify.annotations.NullMarked;
