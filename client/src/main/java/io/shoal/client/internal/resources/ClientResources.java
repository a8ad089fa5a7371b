package io.shoal.client.internal.resources;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.client.ClientConfig;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ChunkTransport;
import java.time.Duration;

/**
 * What all parts of a client share. Borrowed by whoever gets it.
 *
 * @param transport to the storage nodes
 * @param allocator of all buffers that go to or come from nodes
 */
public record ClientResources(
    ClientConfig config,
    ClientExecutors executors,
    ClientEnvironment environment,
    ClientBudgets budgets,
    ChunkTransport transport,
    ByteBufAllocator allocator) {
  /** Returns the clocks. */
  public TimeSource time() {
    return environment.time();
  }

  /** Returns the timer. */
  public Timer timer() {
    return environment.timer();
  }

  /** Returns the deadline of a call to the metadata servers that begins now. */
  public Deadline metadataDeadline() {
    return deadline(config.metadataTimeout());
  }

  /** Returns the deadline of what begins now and may take so long. */
  public Deadline deadline(Duration limit) {
    return Deadline.after(limit, environment.time());
  }
}
