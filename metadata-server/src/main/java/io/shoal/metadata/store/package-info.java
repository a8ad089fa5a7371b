/**
 * Where the replicated state lies: ordered tables of bytes, changed by one writer, a log entry at a
 * time, and read through consistent views by any number of threads. Start with {@link
 * io.shoal.metadata.store.StateStore}. {@link io.shoal.metadata.store.RocksStateStore} keeps it on
 * disk and is the only place that knows RocksDB; {@link io.shoal.metadata.store.InMemoryStateStore}
 * keeps it on the heap, for tests. The thread that applies the log owns the writer; views belong to
 * whoever opened them.
 */
@NullMarked
package io.shoal.metadata.store;

import org.jspecify.annotations.NullMarked;
