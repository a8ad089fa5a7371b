package io.shoal.client.internal.write;

import io.shoal.client.internal.metadata.GrantPool;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.time.AlarmQueue;
import io.shoal.common.time.Timer;

/**
 * What all writers of a client share.
 *
 * @param alarms for nodes that are slow; nearly all are called off
 */
public record WriteContext(
    ClientResources resources,
    MetadataCalls metadata,
    GrantPool grants,
    NodeSuspicions suspicions,
    WriteBudget budget,
    StragglerBudget stragglers,
    Timer alarms,
    WriteSettings settings) {
  /** Makes the part that is owned by the writers. */
  public static WriteContext of(
      ClientResources resources,
      MetadataCalls metadata,
      GrantPool grants,
      NodeSuspicions suspicions) {
    return new WriteContext(
        resources,
        metadata,
        grants,
        suspicions,
        new WriteBudget(resources.budgets().writes()),
        new StragglerBudget(resources.time()),
        new AlarmQueue(resources.time(), resources.timer()),
        WriteSettings.of(resources.config()));
  }
}
