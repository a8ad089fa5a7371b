package io.shoal.client.internal.read;

import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.resources.ClientResources;

/** What all readers of a client share. */
public record ReadContext(
    ClientResources resources,
    MetadataCalls metadata,
    NodeSuspicions suspicions,
    ReplicaChoice choice,
    ReadAhead readAhead,
    ReadSettings settings) {
  /** Makes the part that is owned by the readers. */
  public static ReadContext of(
      ClientResources resources, MetadataCalls metadata, NodeSuspicions suspicions) {
    return new ReadContext(
        resources,
        metadata,
        suspicions,
        new ReplicaChoice(suspicions, LocalHosts.find(), resources.config().localReads()),
        new ReadAhead(resources.budgets().reads()),
        ReadSettings.of(resources.config()));
  }
}
