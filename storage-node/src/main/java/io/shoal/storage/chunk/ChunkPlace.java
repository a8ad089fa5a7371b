package io.shoal.storage.chunk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the blocks of a range lie, for readers that open the file themselves. It stays true as long
 * as the chunk is there: blocks are written once (rule D1).
 *
 * @param file holds the chunk from its first byte on; null if all of the blocks are inline
 * @param begin where the first block begins in the chunk
 * @param end where the last block ends
 * @param blockCrcs CRC32C of each block
 * @param inline the last bytes before the end, as far as they are in no file
 * @param hot whether to read it through the page cache: it was read before, not long ago
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
public record ChunkPlace(
    @Nullable Path file, int begin, int end, int[] blockCrcs, ByteBuffer inline, boolean hot) {}
