package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;

/**
 * A piece of a chunk.
 *
 * @param offset where it begins in the chunk
 * @param crc32c CRC32C of the payload, derived from the checksums that were stored with the blocks
 * @param payload the bytes; owned by whoever received the frame, who releases it
 */
public record ReadFrame(int offset, int crc32c, ByteBuf payload) {}
