package io.shoal.client.internal.read;

import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.time.AlarmQueue;
import io.shoal.common.time.Timer;

/**
 * What all readers of a client share.
 *
 * @param alarms for reads that are late; nearly all are called off
 */
public record ReadContext(
    ClientResources resources,
    MetadataCalls metadata,
    NodeSuspicions suspicions,
    ReplicaChoice choice,
    NodeLatencies latencies,
    HedgeBudget hedges,
    Timer alarms,
    ReadAhead readAhead,
    ReadSettings settings) {
  /** Makes the part that is owned by the readers. */
  public static ReadContext of(
      ClientResources resources, MetadataCalls metadata, NodeSuspicions suspicions) {
    NodeLatencies latencies = new NodeLatencies(resources.time());
    HedgeBudget hedges = new HedgeBudget(resources.config().hedgePercent());
    return new ReadContext(
        resources,
        metadata,
        suspicions,
        new ReplicaChoice(
            suspicions, latencies, hedges, LocalHosts.find(), resources.config().localReads()),
        latencies,
        hedges,
        new AlarmQueue(resources.time(), resources.timer()),
        new ReadAhead(resources.budgets().reads()),
        ReadSettings.of(resources.config()));
  }

  /** Returns the same with metadata that are asked for in another way. */
  public ReadContext withMetadata(MetadataCalls other) {
    return new ReadContext(
        resources, other, suspicions, choice, latencies, hedges, alarms, readAhead, settings);
  }
}
