package io.shoal.metadata.cluster;

import io.shoal.metadata.row.Bytes;

/**
 * A key that signs grants. Rule S3.
 *
 * @param keyId counts from 1; the highest one signs, all that are valid verify
 * @param secret 32 bytes
 */
public record SigningKey(int keyId, Bytes secret) {}
