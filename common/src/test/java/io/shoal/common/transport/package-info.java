/**
 * The contract of the chunk transport, {@link io.shoal.common.transport.ChunkTransportContract},
 * and those who run it: our ends against each other, and each of them against an end that is made
 * of generated stubs.
 */
@NullMarked
package io.shoal.common.transport;

import org.jspecify.annotations.NullMarked;
