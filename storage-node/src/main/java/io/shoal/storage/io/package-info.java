/**
 * The only access to files. Start with {@link io.shoal.storage.io.Disk}: one data directory, with
 * exactly the operations whose durability the engine reasons about. {@link
 * io.shoal.storage.io.LocalDisk} is the real one; tests bring one that loses what was not synced.
 * {@link io.shoal.storage.io.IoPool} is the bounded set of threads of one volume on which they
 * block; nothing here may be called from an event loop.
 */
@NullMarked
package io.shoal.storage.io;

import org.jspecify.annotations.NullMarked;
