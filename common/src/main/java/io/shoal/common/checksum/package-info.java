/**
 * CRC32C (Castagnoli), which covers every byte of Shoal from the writer's memory to the reader's.
 * Start with {@link io.shoal.common.checksum.Crc32c}; {@link
 * io.shoal.common.checksum.RunningCrc32c} follows a stream. Buffers are borrowed and their
 * positions left alone.
 */
@NullMarked
package io.shoal.common.checksum;

import org.jspecify.annotations.NullMarked;
