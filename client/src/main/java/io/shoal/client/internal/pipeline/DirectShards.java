package io.shoal.client.internal.pipeline;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.shard.Shard;

/** Makes shards that have no threads of their own. */
public final class DirectShards {
  private DirectShards() {}

  /**
   * Makes a shard whose tasks run on the thread that sends them, or on the one that runs tasks of
   * the shard at that moment: a call that finds the shard idle costs no change of threads. What is
   * sent is bounded by what its owner lets in; the shard itself has no limit and is never closed.
   */
  public static Shard make(String name, FaultHandler faults) {
    return new Shard(name, Runnable::run, Integer.MAX_VALUE, Integer.MAX_VALUE, faults);
  }
}
