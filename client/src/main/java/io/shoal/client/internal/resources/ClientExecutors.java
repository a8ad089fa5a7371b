package io.shoal.client.internal.resources;

import io.shoal.common.error.FaultHandler;
import java.util.concurrent.Executor;

/**
 * Where work of the client runs. None of these ends before the operations of the client have.
 *
 * @param callbacks completes the futures that callers see, and calls what they handed in; may be a
 *     caller's own, and slow
 * @param shards runs the tasks of shards: never blocked, never foreign code
 * @param files reads and writes local files; bounded threads, may block
 * @param faults gets what should be impossible; closes the client
 */
public record ClientExecutors(
    Executor callbacks, Executor shards, Executor files, FaultHandler faults) {}
