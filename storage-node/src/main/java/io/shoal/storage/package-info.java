/**
 * The storage node as a process. Start with {@link io.shoal.storage.StorageNode}, which wires the
 * parts and decides nothing else; {@link io.shoal.storage.StorageNodeMain} is its command line. The
 * parts: {@code rpc} answers clients, {@code volume} keeps the bytes, {@code heartbeat} obeys the
 * leader.
 */
@NullMarked
package io.shoal.storage;

import org.jspecify.annotations.NullMarked;
