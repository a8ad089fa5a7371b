/**
 * Grants: signed, expiring permissions to write one new chunk to named nodes (rule G4). The
 * metadata server signs with {@link io.shoal.common.grant.GrantSigner}, a storage node checks with
 * {@link io.shoal.common.grant.GrantVerifier}, a client only reads the terms. What is signed are
 * the bytes of {@code shoal.v1.GrantBody} as they travel; {@code GrantCodec} alone knows that
 * message. Everything here is immutable and thread-safe.
 */
@NullMarked
package io.shoal.common.grant;

import org.jspecify.annotations.NullMarked;
